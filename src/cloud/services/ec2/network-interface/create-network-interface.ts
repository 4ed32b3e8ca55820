/** CreateNetworkInterface and DeleteNetworkInterface: interfaces of the customer's own, attached to nothing at first (E2). */
import { boolOpt, has, intOpt, list, str, strOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import { once } from '../idempotency.js';
import { NETWORK_INTERFACE as TABLE } from '../model.js';
import { find, NETWORK_INTERFACE, SUBNET } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';
import { tagsFor } from '../tags.js';
import { createInterface, groupsFor, removeInterface } from './interface.js';
import { assignAddresses } from './secondary-addresses.js';
import { networkInterfaceView } from './view.js';

const UNSUPPORTED = [
  'Ipv4Prefix', 'Ipv4PrefixCount', 'Ipv6Prefix', 'Ipv6PrefixCount', 'Ipv6Addresses', 'Ipv6AddressCount', 'InterfaceType', 'ConnectionTrackingSpecification', 'Operator',
];

interface WantedAddresses {
  readonly primary: string | undefined;
  readonly secondary: readonly string[];
  /** Addresses that EC2 chooses. */
  readonly count: number;
}

/** The three ways in which a request says which private addresses it wants. */
function addressesIn(input: Input): WantedAddresses {
  const single = strOpt(input, 'PrivateIpAddress');
  const listed = structs(input, 'PrivateIpAddresses').map((one) => ({ address: str(one, 'PrivateIpAddress'), primary: boolOpt(one, 'Primary') === true }));
  const count = intOpt(input, 'SecondaryPrivateIpAddressCount', { min: 0 }) ?? 0;
  if (listed.length > 0 && has(input, 'SecondaryPrivateIpAddressCount')) {
    throw new AwsError('InvalidParameterCombination', 'The parameters privateIpAddresses and secondaryPrivateIpAddressCount cannot both be specified');
  }
  const primaries = listed.filter((one) => one.primary).map((one) => one.address);
  if (primaries.length > 1) throw new AwsError('InvalidParameterCombination', 'Only one primary private IP address can be specified.');
  if (primaries.length > 0 && single !== undefined) throw new AwsError('InvalidParameterCombination', 'A primary private IP address cannot be specified with privateIpAddress and privateIpAddresses together.');
  return { primary: single ?? primaries[0], secondary: listed.filter((one) => !one.primary).map((one) => one.address), count };
}

export const createNetworkInterface = changing((input, tx, context, scope) => {
  refuse(input, UNSUPPORTED);
  onlyDefault(input, { EnablePrimaryIpv6: 'false' });
  const [networkInterfaceId = ''] = once(tx, 'CreateNetworkInterface', TABLE, input, () => {
    const subnet = find(tx, SUBNET, str(input, 'SubnetId'));
    const wanted = addressesIn(input);
    const record = createInterface(tx, {
      subnet,
      description: strOpt(input, 'Description') ?? '',
      interfaceType: 'interface',
      groupIds: groupsFor(tx, subnet.vpcId, list(input, 'SecurityGroupId')),
      sourceDestCheck: true,
      privateIpAddress: wanted.primary,
      tags: tagsFor(input, 'network-interface'),
      now: context.now(),
    });
    assignAddresses(tx, record.networkInterfaceId, wanted.secondary, wanted.count, false);
    return [record.networkInterfaceId];
  });
  return { networkInterface: networkInterfaceView(find(tx, NETWORK_INTERFACE, networkInterfaceId), scope), clientToken: strOpt(input, 'ClientToken') };
});

export const deleteNetworkInterface = changing((input, tx) => {
  const record = find(tx, NETWORK_INTERFACE, str(input, 'NetworkInterfaceId'));
  if (record.attachment !== undefined) throw new AwsError('InvalidParameterValue', `Network interface '${record.networkInterfaceId}' is currently in use.`);
  removeInterface(tx, record.networkInterfaceId);
  return DONE;
});
