/** AWS Account Management, as far as regions: which are enabled, and enabling them, which is done at once here and takes minutes on AWS. */
import { AwsError, type Input, type Operation, type Service } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { requiredString, strings } from '../../endpoint/typed-input.js';
import { unsupported } from '../../endpoint/unsupported.js';
import type { Reader } from '../../state/store.js';
import { DEFAULT_REGIONS, enabledRegions, isEnabled, isOptIn, OPT_IN_REGIONS } from './regions.js';

const STATUSES = ['ENABLED', 'ENABLING', 'DISABLING', 'DISABLED', 'ENABLED_BY_DEFAULT'];

const statusOf = (reader: Reader, region: string): string => (!isOptIn(region) ? 'ENABLED_BY_DEFAULT' : isEnabled(reader, region) ? 'ENABLED' : 'DISABLED');

/** There is one account, in no organization. */
function regionOf(input: Input): string {
  unsupported(input, ['AccountId']);
  const region = requiredString(input, 'RegionName', { min: 1, max: 50 });
  if (!isOptIn(region) && !Object.hasOwn(DEFAULT_REGIONS, region)) throw new AwsError('ValidationException', `The region name ${region} is not valid.`);
  return region;
}

const changing = (change: 'put' | 'delete'): Operation => (input, { globalState }) => {
  const region = regionOf(input);
  if (!isOptIn(region)) throw new AwsError('ValidationException', `The region ${region} is enabled by default, and cannot be ${change === 'put' ? 'enabled' : 'disabled'}.`);
  globalState.transact((tx) => {
    if (change === 'put') tx.put(enabledRegions, region, { regionName: region });
    else tx.delete(enabledRegions, region);
  });
  return {};
};

const getRegionOptStatus: Operation = (input, { globalState }) => {
  const region = regionOf(input);
  return { RegionName: region, RegionOptStatus: statusOf(globalState, region) };
};

const listRegions: Operation = (input, { globalState }) => {
  unsupported(input, ['AccountId']);
  const wanted = strings(input, 'RegionOptStatusContains');
  if (wanted.some((status) => !STATUSES.includes(status))) throw new AwsError('ValidationException', `1 validation error detected: Value at 'regionOptStatusContains' failed to satisfy constraint: Member must satisfy enum value set: [${STATUSES.join(', ')}]`);
  const all = [...Object.keys(DEFAULT_REGIONS), ...OPT_IN_REGIONS].toSorted().map((region) => ({ RegionName: region, RegionOptStatus: statusOf(globalState, region) }));
  const { items, nextToken } = page(all.filter(({ RegionOptStatus }) => wanted.length === 0 || wanted.includes(RegionOptStatus)), input, { minimum: 1, maximum: 50, default: 50, typed: true, key: ({ RegionName }) => RegionName });
  return { Regions: items, NextToken: nextToken };
};

export const account: Service = {
  name: 'account',
  protocol: 'json',
  version: '2021-02-01',
  global: true,
  restJson: { DisableRegion: { method: 'POST', path: '/disableRegion' }, EnableRegion: { method: 'POST', path: '/enableRegion' }, GetRegionOptStatus: { method: 'POST', path: '/getRegionOptStatus' }, ListRegions: { method: 'POST', path: '/listRegions' } },
  operations: { DisableRegion: changing('delete'), EnableRegion: changing('put'), GetRegionOptStatus: getRegionOptStatus, ListRegions: listRegions },
};
