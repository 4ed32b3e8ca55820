/** DescribeAddressesAttribute, ModifyAddressAttribute, ResetAddressAttribute: the reverse DNS name of an Elastic IP. */
import { list, oneOf, oneOfOpt, str, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { paged } from '../describe.js';
import { ADDRESS as TABLE, type AddressRecord } from '../model.js';
import { ADDRESS, find, findAll } from '../noun.js';
import { changing, reading } from '../operation.js';

function view({ publicIp, allocationId, ptrRecord }: AddressRecord) {
  return { publicIp, allocationId, ptrRecord };
}

/** Only addresses that have a reverse name are shown, unless they are asked for. */
export const describeAddressesAttribute = reading((input, scope) => {
  oneOfOpt(input, 'Attribute', ['domain-name']);
  const ids = list(input, 'AllocationId');
  const chosen = ids.length === 0 ? scope.state.list(TABLE).filter((address) => address.ptrRecord !== undefined) : findAll(scope.state, ADDRESS, ids);
  return paged(chosen.map(view), input, 'addressSet', (address) => address.allocationId, { minimum: 1, maximum: 1000 });
});

export const modifyAddressAttribute = changing((input, tx) => {
  const address = find(tx, ADDRESS, str(input, 'AllocationId'));
  const name = strOpt(input, 'DomainName');
  if (name === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter DomainName');
  if (!/^(?=.{1,253}\.?$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]{2,63}\.?$/i.test(name)) throw new AwsError('InvalidParameterValue', `Value (${name}) for parameter domainName is invalid.`);
  const changed = { ...address, ptrRecord: name.endsWith('.') ? name : `${name}.` };
  tx.put(TABLE, address.allocationId, changed);
  return { address: view(changed) };
});

export const resetAddressAttribute = changing((input, tx) => {
  oneOf(input, 'Attribute', ['domain-name']);
  const address = find(tx, ADDRESS, str(input, 'AllocationId'));
  const changed = { ...address, ptrRecord: undefined };
  tx.put(TABLE, address.allocationId, changed);
  return { address: view(changed) };
});
