/** GetInstanceMetadataDefaults and ModifyInstanceMetadataDefaults: what launches of this account take for IMDS when they say nothing. */
import { intOpt, oneOfOpt } from '../../../endpoint/input.js';
import { InputError } from '../../../endpoint/input.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import type { Reader } from '../../../state/store.js';
import { METADATA_DEFAULTS, type MetadataDefaultsRecord } from '../model.js';
import { changing, DONE, reading } from '../operation.js';

const ACCOUNT = 'account';
const NONE = 'no-preference';

export function metadataDefaults(state: Reader): MetadataDefaultsRecord {
  return state.get(METADATA_DEFAULTS, ACCOUNT) ?? {};
}

/** `no-preference` takes a default back. */
function chosen<W extends string>(asked: W | typeof NONE | undefined, before: W | undefined): W | undefined {
  return asked === undefined ? before : asked === NONE ? undefined : asked;
}

export const getInstanceMetadataDefaults = reading((_input, scope) => ({ accountLevel: { ...metadataDefaults(scope.state), managedBy: 'account' } }));

export const modifyInstanceMetadataDefaults = changing((input, tx) => {
  onlyDefault(input, { HttpTokensEnforced: 'disabled' });
  const before = metadataDefaults(tx);
  const hops = intOpt(input, 'HttpPutResponseHopLimit', { min: -1, max: 64 });
  if (hops === 0) throw new InputError('HttpPutResponseHopLimit', hops, { kind: 'constraint', constraint: 'Member must have value between 1 and 64, or -1 for no preference' });
  const kept: { -readonly [name in keyof MetadataDefaultsRecord]: MetadataDefaultsRecord[name] | undefined } = {
    httpTokens: chosen(oneOfOpt(input, 'HttpTokens', ['optional', 'required', NONE]), before.httpTokens),
    httpPutResponseHopLimit: hops === undefined ? before.httpPutResponseHopLimit : hops === -1 ? undefined : hops,
    httpEndpoint: chosen(oneOfOpt(input, 'HttpEndpoint', ['enabled', 'disabled', NONE]), before.httpEndpoint),
    instanceMetadataTags: chosen(oneOfOpt(input, 'InstanceMetadataTags', ['enabled', 'disabled', NONE]), before.instanceMetadataTags),
  };
  tx.put(METADATA_DEFAULTS, ACCOUNT, Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)));
  return DONE;
});
