/** The template: what cfn-lint says, what `lab.md` asks for, and that the bundled copy is the YAML file. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LAB_INSTANCES, LAB_TAG, templateBody, templateParameters } from '../../../../src/lib/lab/lab.js';

const file = new URL('../../../../src/lib/lab/template.yaml', import.meta.url);
const yaml = readFileSync(file, 'utf8');

/** Short-form intrinsics as `{Name: value}` so that the document can be read without an engine. */
const tag = (name: string, form: 'scalar' | 'seq') => ({
  tag: `!${name}`,
  ...(form === 'seq' ? { collection: 'seq' as const } : {}),
  resolve: (value: unknown) => ({ [name]: typeof value === 'string' ? value : (value as { toJSON(): unknown }).toJSON() }),
});
interface Resource {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: { readonly [name: string]: unknown };
}
const template = parse(yaml, { customTags: [tag('Ref', 'scalar'), tag('GetAtt', 'scalar'), tag('Sub', 'scalar'), tag('GetAZs', 'scalar'), tag('Select', 'seq'), tag('If', 'seq'), tag('Not', 'seq'), tag('Equals', 'seq')] as never }) as {
  readonly Parameters: { readonly [name: string]: { readonly Type: string } };
  readonly Resources: { readonly [name: string]: Resource };
  readonly Outputs: { readonly [name: string]: object };
};

function resource(name: string): Resource {
  const found = template.Resources[name];
  if (found === undefined) throw new Error(`no resource ${name}`);
  return found;
}

const cfnLint = spawnSync('cfn-lint', ['--version']).status === 0;

describe('the template', () => {
  it('is the one that the tool carries (regenerate: vitest -u)', async () => {
    const escaped = yaml.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
    const source = `/** template.yaml as a string, so that a bundle needs no file beside it. Written by test/unit/lib/lab/template.test.ts; edit the YAML. */\nexport const LAB_TEMPLATE = \`${escaped}\`;\n`;
    await expect(source).toMatchFileSnapshot(fileURLToPath(new URL('../../../../src/lib/lab/template.ts', import.meta.url)));
    expect(templateBody()).toBe(yaml);
  });

  it.runIf(cfnLint)('gives cfn-lint nothing to say (skipped without cfn-lint on PATH)', { timeout: 60_000 }, () => {
    expect(execFileSync('cfn-lint', ['-r', 'ap-northeast-1', '-i', 'I', '--', fileURLToPath(file)], { encoding: 'utf8' })).toBe('');
  });

  it('fits a TemplateBody', () => {
    expect(Buffer.byteLength(yaml)).toBeLessThan(51_200);
  });

  it.each([
    ['ImageId', 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'],
    ['KeyName', 'AWS::EC2::KeyPair::KeyName'],
    ['HTTPSPort', 'Number'],
    ['SSHPort', 'Number'],
  ])('types its parameter %s as %s', (name, type) => {
    expect(template.Parameters[name]?.Type).toBe(type);
  });

  it.each([
    ['RouteToInternet', ['IGWAttachment']],
    ['EIP', ['IGWAttachment']],
    ['NATGateway', ['IGWAttachment']],
    ['Instance1', ['RouteToInternet', 'PublicSubnetRouteTableAssociation']],
    ['Instance2', ['RouteToInternet', 'PublicSubnetRouteTableAssociation']],
    ['Instance3', ['RouteToNATGateway', 'PrivateSubnet1RouteTableAssociation', 'RouteToInternet', 'PublicSubnetRouteTableAssociation']],
    ['Instance4', ['SSMEndpoint', 'SSMMessagesEndpoint', 'EC2MessagesEndpoint']],
  ])('makes %s wait for %j', (name, expected) => {
    expect([resource(name).DependsOn].flat()).toEqual(expected);
  });

  it('requires IMDSv2 and encrypts the root volume of each instance', () => {
    for (const { logicalId } of LAB_INSTANCES) {
      const { MetadataOptions, BlockDeviceMappings } = resource(logicalId).Properties;
      expect(MetadataOptions).toMatchObject({ HttpTokens: 'required' });
      expect(BlockDeviceMappings).toMatchObject([{ Ebs: { Encrypted: true, VolumeType: 'gp3' } }]);
    }
  });

  it('names no security group, describes every rule, spells out no zone and opens nothing to the world', () => {
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type === 'AWS::EC2::SecurityGroup') {
        expect(Properties).not.toHaveProperty('GroupName');
        for (const rule of (Properties['SecurityGroupIngress'] ?? []) as object[]) {
          expect(rule).toHaveProperty('Description');
          expect(rule).not.toHaveProperty('CidrIp', '0.0.0.0/0');
        }
      }
      if (Type === 'AWS::EC2::Subnet') expect(Properties['AvailabilityZone']).toMatchObject({ If: [expect.stringMatching(/^VPC[12]ZoneIsGiven$/u), { Ref: expect.stringMatching(/^VPC[12]Zone$/u) }, { Select: expect.anything() }] });
    }
  });

  it('leaves the subnet of VPC 2 on the main route table', () => {
    const associated = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::EC2::SubnetRouteTableAssociation').map(({ Properties }) => Properties['SubnetId']);
    expect(associated).toEqual([{ Ref: 'PublicSubnet' }, { Ref: 'PrivateSubnet1' }]);
  });

  it('tags everything that takes tags', () => {
    const untagged = Object.entries(template.Resources).filter(([, { Properties }]) => !(Properties['Tags'] as object[] | undefined)?.some((t) => (t as { Key: string }).Key === LAB_TAG.key));
    expect(untagged.map(([name]) => name)).toEqual(['IGWAttachment', 'PublicSubnetRouteTableAssociation', 'RouteToInternet', 'PrivateSubnet1RouteTableAssociation', 'RouteToNATGateway', 'InstanceProfile']);
  });
});

describe('the lab as data', () => {
  it.each(LAB_INSTANCES)('says of $logicalId what the template makes', (instance) => {
    const { Properties } = resource(instance.logicalId);
    expect(Properties['NetworkInterfaces']).toMatchObject([{ SubnetId: { Ref: instance.subnet }, GroupSet: [{ Ref: instance.securityGroup }], AssociatePublicIpAddress: instance.shows.publicIpv4 }]);
    expect('KeyName' in Properties).toBe(instance.keyPair);
    expect('IamInstanceProfile' in Properties).toBe(instance.instanceProfile);
    expect(resource(instance.subnet).Properties['VpcId']).toEqual({ Ref: instance.vpc });
    expect('SecurityGroupIngress' in resource(instance.securityGroup).Properties).toBe(instance.inboundPort !== undefined);
    expect(template.Outputs).toHaveProperty(`${instance.logicalId}Id`);
  });

  it('passes only the parameters that are given', () => {
    expect(templateParameters({ keyName: 'k' })).toEqual({ KeyName: 'k' });
    const all = templateParameters({ keyName: 'k', sshSourceCidr: '203.0.113.1/32', imageId: '/x', instanceType: 't4g.micro' });
    for (const name of Object.keys(all)) expect(template.Parameters).toHaveProperty(name);
  });
});
