/** ssmlab:TraceFlow: by which rules a flow from an instance passes, or does not. */
import { isAddress } from '../../../lib/net/address.js';
import type { Ipv4 } from '../../../lib/vpc/model.js';
import { AwsError, type Operation, type OperationContext } from '../../endpoint/operation.js';
import { optionalInteger, optionalString, requiredString } from '../../endpoint/typed-input.js';
import { instanceOf } from '../ec2/ec2.js';

/** As DNS has it. */
const NAME = { min: 1, max: 253, pattern: /^[A-Za-z0-9._-]+$/ } as const;

export const traceFlow: Operation = async (input, context) => {
  const instanceId = requiredString(input, 'InstanceId', { pattern: /^i-[a-f0-9]+$/ });
  const destination = requiredString(input, 'Destination', NAME);
  const port = optionalInteger(input, 'Port', { min: 1, max: 65_535 });
  const protocol = optionalString(input, 'Protocol', { pattern: /^(tcp|udp|icmp)$/ }) ?? (port === undefined ? 'icmp' : 'tcp');
  if ((protocol === 'icmp') !== (port === undefined)) throw new AwsError('ValidationException', `Port is for tcp and udp, and these need one: Protocol is ${protocol}`);
  const instance = instanceOf(context.state, instanceId);
  if (instance === undefined) throw new AwsError('InstanceNotFoundException', `there is no instance ${instanceId} in ${context.region}`);
  if (instance.state !== 'running') throw new AwsError('InstanceStateInvalidException', `${instanceId} is ${instance.state}: it sends no packets`);
  const { networkInterfaceId } = instance;
  const { fabric } = context.runtime;
  const address = await addressOf(context, networkInterfaceId, destination);
  const account = await fabric.trace({ networkInterfaceId, address, port: port ?? 0, protocol: protocol as 'tcp' | 'udp' | 'icmp' });
  return {
    Fabric: fabric.kind, By: account.by, InstanceId: instanceId, NetworkInterfaceId: networkInterfaceId, Source: account.source,
    Destination: destination, Address: address, Port: port, Protocol: protocol, Answer: account.answer, Said: account.said,
    Steps: account.steps.map(({ leg, kind, id, rule, detail, verdict }) => ({ Leg: leg, Kind: kind, Id: id, Rule: rule, Detail: detail, Verdict: verdict })),
  };
};

/** A name is asked of the resolver that the instance asks. */
async function addressOf({ runtime }: OperationContext, networkInterfaceId: string, destination: string): Promise<Ipv4> {
  if (isAddress(destination)) return destination;
  const resolution = await runtime.fabric.resolve({ networkInterfaceId }, destination);
  const [address] = resolution.kind === 'addresses' ? resolution.addresses : [];
  if (address === undefined) throw new AwsError('NameNotResolvedException', resolution.kind === 'silent' ? `the resolver of the instance says nothing of ${destination}` : `the resolver of the instance knows no address of ${destination}`);
  return address;
}
