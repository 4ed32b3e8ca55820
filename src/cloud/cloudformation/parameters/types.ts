/** Types of parameters: which there are, which are lists, and what an AWS-specific one has to name. */
import type { Input } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';

/** How a value of an AWS-specific type is looked up. */
export interface Existence {
  readonly operation: string;
  input(value: string): Input;
}

const byId = (operation: string, member: string): Existence => ({ operation, input: (value) => ({ [member]: [value] }) });

const AWS_TYPES: ReadonlyMap<string, Existence> = new Map([
  ['AWS::EC2::AvailabilityZone::Name', byId('DescribeAvailabilityZones', 'ZoneName')],
  ['AWS::EC2::Image::Id', byId('DescribeImages', 'ImageId')],
  ['AWS::EC2::Instance::Id', byId('DescribeInstances', 'InstanceId')],
  ['AWS::EC2::KeyPair::KeyName', byId('DescribeKeyPairs', 'KeyName')],
  ['AWS::EC2::SecurityGroup::GroupName', byId('DescribeSecurityGroups', 'GroupName')],
  ['AWS::EC2::SecurityGroup::Id', byId('DescribeSecurityGroups', 'GroupId')],
  ['AWS::EC2::Subnet::Id', byId('DescribeSubnets', 'SubnetId')],
  ['AWS::EC2::Volume::Id', byId('DescribeVolumes', 'VolumeId')],
  ['AWS::EC2::VPC::Id', byId('DescribeVpcs', 'VpcId')],
]);

const PLAIN = ['String', 'Number', 'List<Number>', 'List<String>', 'CommaDelimitedList', 'AWS::SSM::Parameter::Name'];

/** `AWS::SSM::Parameter::Value<T>` → T. */
export function storedType(type: string): string | undefined {
  return /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
}

/** `List<T>` → T; CommaDelimitedList → String. */
export function itemType(type: string): string | undefined {
  return type === 'CommaDelimitedList' ? 'String' : /^List<(.+)>$/.exec(type)?.[1];
}

/** The look-up that a value (or each item of a list) of this type has to pass. */
export function existenceOf(type: string): Existence | undefined {
  return AWS_TYPES.get(itemType(type) ?? type);
}

function known(type: string): boolean {
  const stored = storedType(type);
  if (stored !== undefined) return stored !== 'Number' && stored !== 'List<Number>' && storedType(stored) === undefined && known(stored);
  return PLAIN.includes(type) || existenceOf(type) !== undefined;
}

/** Throws ValidationError that says which types there are. */
export function refuseUnknownType(name: string, type: string, line: number): void {
  if (known(type)) return;
  throw validationError(`Template format error: Unrecognized parameter type: ${type}, of parameter ${name} (line ${line}). Valid types are ${[...PLAIN, ...AWS_TYPES.keys()].join(', ')}, List<T> of these and AWS::SSM::Parameter::Value<T>`);
}
