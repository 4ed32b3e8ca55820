/** Every resource type against AWS's resource schemas, as cfn-lint bundles them: names, what a change does, what is required, what can be read. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../../../src/cloud/cloudformation/resources/index.js';

const READ = `
import json, os, sys
import cfnlint
from cfnlint.data.schemas.providers.us_east_1 import types
folder = os.path.join(cfnlint.__path__[0], 'data/schemas/resources')
json.dump({name: json.load(open(os.path.join(folder, types[name] + '.json'))) for name in sys.argv[1:] if name in types}, sys.stdout)
`;

interface Schema {
  readonly properties: { readonly [name: string]: unknown };
  readonly required?: readonly string[];
  readonly readOnlyProperties?: readonly string[];
  readonly createOnlyProperties?: readonly string[];
  readonly conditionalCreateOnlyProperties?: readonly string[];
  readonly primaryIdentifier?: readonly string[];
}

const read = spawnSync('python3', ['-c', READ, ...RESOURCE_TYPES.keys()], { encoding: 'utf8', maxBuffer: 2 ** 28 });
const schemas = read.status === 0 ? JSON.parse(read.stdout) as { [type: string]: Schema } : undefined;

/** Replaced here, changed in place on AWS, and why. */
const REPLACED: { readonly [property: string]: string } = {
  'AWS::EC2::PrefixList.AddressFamily': 'EC2 has no operation that changes it',
  'AWS::IAM::Group.Path': 'the local cloud has no UpdateGroup',
  'AWS::IAM::User.Path': 'the local cloud has no UpdateUser',
};

/** Required here because what could stand in its place is not supported. */
const REQUIRED = new Set(['AWS::EC2::NatGateway.SubnetId', 'AWS::EC2::SecurityGroupIngress.GroupId', 'AWS::EC2::Subnet.CidrBlock', 'AWS::EC2::VPC.CidrBlock', 'AWS::EC2::VPCCidrBlock.CidrBlock', 'AWS::EC2::VPCEndpoint.ServiceName', 'AWS::EC2::VPCGatewayAttachment.InternetGatewayId']);

/** Attributes of what is not supported. */
const UNKNOWN = /^AWS::EC2::NatGateway\.(?:AutoProvisionZones|AutoScalingIps|RouteTableId)$|^AWS::EC2::NetworkInterface\.(?:PrimaryIpv6Address|PublicIpDnsNameOptions)$|^AWS::EC2::Subnet\.BlockPublicAccessStates$|^AWS::EC2::VPCCidrBlock\.(?:Ipv6AddressAttribute|IpSource)$|^AWS::S3::Bucket\.(?:Metadata|WebsiteURL)|^AWS::CloudFormation::Stack\.StackId$/;

/** Their ids are CloudFormation's own and name nothing that a service has; one stack is not taken into another. */
const NOT_IMPORTED = new Set(['AWS::CloudFormation::Stack', 'AWS::EC2::NetworkAclEntry', 'AWS::IAM::Policy']);

const names = (paths: readonly string[] = []) => paths.filter((path) => path.split('/').length === 3).map((path) => path.slice('/properties/'.length));

describe.skipIf(schemas === undefined)(`resource types by AWS's schemas${schemas === undefined ? ' (no cfn-lint with python3)' : ''}`, () => {
  it.each([...RESOURCE_TYPES.values()].map((type) => [type.type, type] as const))('%s', (name, type) => {
    const schema = schemas?.[name];
    if (schema === undefined) throw new Error(`the schemas have no ${name}`);
    const readOnly = names(schema.readOnlyProperties);
    const writable = Object.keys(schema.properties).filter((property) => !readOnly.includes(property));
    expect(Object.keys(type.properties).toSorted()).toEqual(writable.toSorted());
    const supported = Object.keys(type.properties).filter((property) => type.properties[property] !== 'unsupported');
    const createOnly = names(schema.createOnlyProperties);
    const conditional = names(schema.conditionalCreateOnlyProperties);
    expect(supported.filter((property) => createOnly.includes(property) && type.properties[property] !== 'replacement')).toEqual([]);
    expect(supported.filter((property) => type.properties[property] === 'replacement' && !createOnly.includes(property) && !conditional.includes(property) && REPLACED[`${name}.${property}`] === undefined)).toEqual([]);
    expect((schema.required ?? []).filter((property) => type.required?.includes(property) !== true)).toEqual([]);
    expect((type.required ?? []).filter((property) => schema.required?.includes(property) !== true && !REQUIRED.has(`${name}.${property}`))).toEqual([]);
    const told = (attribute: string) => type.attributes.some((own) => own === attribute || own.startsWith(`${attribute}.`));
    expect(readOnly.filter((attribute) => !told(attribute) && !UNKNOWN.test(`${name}.${attribute}`))).toEqual([]);
    expect(type.attributes.filter((attribute) => !Object.hasOwn(schema.properties, attribute.split('.')[0] ?? ''))).toEqual([]);
    expect(type.identifiers ?? []).toEqual(NOT_IMPORTED.has(name) ? [] : names(schema.primaryIdentifier));
    expect((type.unread ?? []).filter((property) => !supported.includes(property))).toEqual([]);
  });

  it('names no exception that is none', () => {
    for (const exception of [...Object.keys(REPLACED), ...REQUIRED]) {
      const [type = '', property = ''] = exception.split('.');
      expect(Object.keys(RESOURCE_TYPES.get(type)?.properties ?? {}), exception).toContain(property);
    }
  });
});
