/** A template far beyond the lab: 300 subnets in two VPCs of the same addresses, on real packets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle } from './program.js';

/** Of each VPC; AWS's quota is 200. */
const SUBNETS = 150;

const ref = (Ref: string) => ({ Ref });

function network(vpc: string): Record<string, unknown> {
  return {
    [vpc]: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    ...Object.fromEntries(Array.from({ length: SUBNETS }, (_, index) => [`${vpc}Subnet${index}`, { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref(vpc), CidrBlock: `10.0.${index}.0/24` } }])),
  };
}

const instance = (subnet: string) => ({ Type: 'AWS::EC2::Instance', Properties: { ImageId: ref('Image'), InstanceType: 't4g.nano', SubnetId: ref(subnet), SecurityGroupIds: [ref('Group')] } });

const TEMPLATE = {
  Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64' } },
  Resources: {
    ...network('One'), ...network('Two'),
    Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'pings', VpcId: ref('One'), SecurityGroupIngress: [{ IpProtocol: 'icmp', FromPort: -1, ToPort: -1, CidrIp: '10.0.0.0/16' }] } },
    First: instance('OneSubnet0'), Last: instance(`OneSubnet${SUBNETS - 1}`),
  },
};

describe.skipIf(netnsObstacle !== undefined)(`a template of ${2 * SUBNETS} subnets${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, { timeout: 240_000 }, () => {
  const home = new Home('netns');
  afterAll(() => home.remove());

  it('is deployed, carries packets from its first subnet to its last, and goes again', () => {
    const file = join(home.folder, 'large.json');
    writeFileSync(file, JSON.stringify(TEMPLATE));
    expect(home.run(['deploy', '--yes', '--brief', '--template', file])).toMatchObject({ status: 0, stdout: expect.stringContaining('Last') as string });
    const { stdout } = home.run(['local', 'trace', 'First', `10.0.${SUBNETS - 1}.16`]);
    expect(stdout).toContain('The echo came back.');
    expect(home.run(['local', 'trace', 'First', '10.0.77.16']).stdout).not.toContain('came back');
    expect(home.run(['destroy', '--yes'])).toMatchObject({ status: 0 });
  });
});
