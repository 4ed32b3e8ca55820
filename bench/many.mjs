/**
 * 200 instances on the fabric of real packets, half of them behind a NAT gateway: from the template to the last agent online, and
 * what all of it takes of memory. Makes a local cloud of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { root } from '../scripts/build.mjs';
import { resident } from './resident.mjs';

const INSTANCES = 200;
/** So long it is looked, seconds: on a machine that others share it takes a multiple. */
const PATIENCE = 300;

const ref = (Ref) => ({ Ref });

/** Short enough for a template that is sent in the call: 51 200 bytes. */
function template() {
  const of = (place, cidr) => ({
    [`${place}Subnet`]: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpc'), CidrBlock: cidr, MapPublicIpOnLaunch: place === 'Public' } },
    [`${place}Table`]: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
    [`${place}Association`]: { Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: { SubnetId: ref(`${place}Subnet`), RouteTableId: ref(`${place}Table`) } },
    [`${place}Route`]: { Type: 'AWS::EC2::Route', DependsOn: 'Attachment', Properties: { RouteTableId: ref(`${place}Table`), DestinationCidrBlock: '0.0.0.0/0', ...(place === 'Public' ? { GatewayId: ref('Gateway') } : { NatGatewayId: ref('Nat') }) } },
  });
  const instance = (place) => ({ Type: 'AWS::EC2::Instance', DependsOn: `${place}Route`, Properties: { ImageId: ref('Image'), InstanceType: 't4g.nano', IamInstanceProfile: ref('Profile'), SubnetId: ref(`${place}Subnet`), SecurityGroupIds: [ref('Group')] } });
  return JSON.stringify({
    Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64' } },
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
      Gateway: { Type: 'AWS::EC2::InternetGateway' },
      Attachment: { Type: 'AWS::EC2::VPCGatewayAttachment', Properties: { VpcId: ref('Vpc'), InternetGatewayId: ref('Gateway') } },
      ...of('Public', '10.0.1.0/24'), ...of('Private', '10.0.2.0/24'),
      Address: { Type: 'AWS::EC2::EIP', DependsOn: 'Attachment', Properties: { Domain: 'vpc' } },
      Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: ref('PublicSubnet'), AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] } } },
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'of many', VpcId: ref('Vpc') } },
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] }, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'] } },
      Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [ref('Role')] } },
      ...Object.fromEntries(Array.from({ length: INSTANCES }, (_, index) => [`I${index}`, instance(index % 2 === 0 ? 'Public' : 'Private')])),
    },
  });
}

const seconds = (since) => (performance.now() - since) / 1000;

export async function measureMany(folder, goal) {
  const home = join(folder, 'many');
  execFileSync('mkdir', ['-p', home]);
  const file = join(home, 'many.json');
  writeFileSync(file, template());
  const env = { PATH: process.env.PATH, HOME: home, SSMLAB_HOME: join(home, 'state'), SSMLAB_FABRIC: 'netns', NO_COLOR: '1' };
  const ssmlab = (...args) => spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], { env, encoding: 'utf8', cwd: home });
  const status = () => JSON.parse(ssmlab('status', '--json').stdout);
  try {
    const began = performance.now();
    // Waits for agents for some time itself, and says when they took longer: that is measured here.
    const deployed = ssmlab('deploy', '--yes', '--brief', '--template', file);
    let seen = status();
    if (seen.stack?.status !== 'CREATE_COMPLETE') throw new Error(`the stack of ${INSTANCES} instances: ${deployed.stdout}${deployed.stderr}`);
    while (seen.instances.online < INSTANCES && seconds(began) < PATIENCE) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      seen = status();
    }
    goal(`netns: ${INSTANCES} instances, from the template to all online`, seen.instances.online === INSTANCES ? seconds(began) : Infinity, 40, 's', `${seen.instances.online} online; 20 s for the stack and 20 s for the agents, on a calm machine`);
    goal('netns: and all processes of the local cloud', resident(seen.localCloud.pid), 400, 'MB');
    const down = performance.now();
    ssmlab('destroy', '--yes');
    goal('netns: and all of it gone', seconds(down), 20, 's');
  } finally {
    ssmlab('local', 'stop');
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  await measureMany(folder, (what, value, limit, unit, beside = '') => console.log(`${value <= limit ? 'ok  ' : 'MISS'} ${what.padEnd(60)} ${value.toFixed(1)} ${unit} goal ${limit} ${beside}`));
  execFileSync('rm', ['-r', folder]);
}
