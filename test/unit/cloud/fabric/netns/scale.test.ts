/** Networks larger than anybody's lab, on the kernel: what AWS's quotas allow is taken, and holds. */
import { afterEach, describe, expect, it } from 'vitest';
import type { NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import type { NetworkModel, SecurityGroup, SecurityGroupRule } from '../../../../../src/lib/vpc/model.js';
import { addInterface, ALLOW_ALL_EGRESS, changed, type Change, LAB, labModel, REGION, setEgress, setIngress, setInterface, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { greet, Lab } from '../../../../conformance/fabric/probes.js';
import { netnsObstacle, startNetnsFabric } from './bundled-holder.js';

const obstacle = await netnsObstacle();
const LAPTOP = '198.51.100.7';
const rulesFor = (count: number, first = 1000): SecurityGroupRule[] => Array.from({ length: count }, (_, index) => tcpFrom(first + index, `172.16.${index % 256}.0/24`, `sgr-${first + index}`));
const addGroups = (groups: readonly SecurityGroup[]): Change => (model) => ({ ...model, securityGroups: [...model.securityGroups, ...groups] });

describe.skipIf(obstacle !== undefined)(`a large network${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 120_000 }, () => {
  let fabric: NetnsFabric | undefined;
  afterEach(() => fabric?.close());

  const start = async (): Promise<Lab> => {
    fabric = await startNetnsFabric();
    const lab = new Lab({ fabric, silenceMs: 500 });
    await lab.start();
    return lab;
  };

  it('takes a group of 1000 rules, and a change of it', async () => {
    const lab = await start();
    const open = tcpFrom(22, `${LAPTOP}/32`);
    for (const [rules, reaches] of [[[...rulesFor(999), open], true], [rulesFor(999), false], [[open, ...rulesFor(999)], true], [rulesFor(2000), false], [[...rulesFor(2000), open], true]] as const) {
      await lab.change(setIngress(LAB.sg1, ...rules));
      expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe(reaches ? `open: ${LAPTOP}` : 'silent');
    }
  });

  it('takes 16 groups of 60 rules on an interface, each way', async () => {
    const lab = await start();
    const groups = Array.from({ length: 16 }, (_, index): SecurityGroup => ({ groupId: `sg-many-${index}`, groupName: `many-${index}`, vpcId: LAB.vpc1, ingress: rulesFor(60, 2000 + 60 * index), egress: rulesFor(60, 2000 + 60 * index) }));
    const wear = (last: SecurityGroup): Change[] => [addGroups([...groups.slice(0, 15), last]), setInterface(LAB.eni.one, { groupIds: groups.map(({ groupId }) => groupId) })];
    const [, , , , , , , , , , , , , , , last] = groups;
    if (last === undefined) throw new Error('16 groups');
    await lab.change(...wear(last));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
    await lab.change(...wear({ ...last, ingress: [...last.ingress, tcpFrom(22, `${LAPTOP}/32`)], egress: [ALLOW_ALL_EGRESS] }));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe(`open: ${LAPTOP}`);
    expect(await lab.tcp('one', LAPTOP, 22)).toBe('refused');
  });

  it('takes a prefix list of 1000 entries, also one within another', async () => {
    const lab = await start();
    const list = (cidrs: readonly string[]): Change => (model) => ({ ...model, prefixLists: [...model.prefixLists, { prefixListId: 'pl-many', prefixListName: 'many', cidrs }] });
    const entries = Array.from({ length: 998 }, (_, index) => `172.${16 + (index >> 8)}.${index & 255}.0/24`);
    const rules = [setIngress(LAB.sg1, { ruleId: 'sgr-list', protocol: 'tcp', fromPort: 22, toPort: 22, prefixListId: 'pl-many' }), setEgress(LAB.sg1, { ruleId: 'sgr-list-out', protocol: '-1', prefixListId: 'pl-many' })];
    await lab.change(...rules, list(entries));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
    await lab.change(...rules, list([...entries, '198.51.100.0/24', `${LAPTOP}/32`]));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe(`open: ${LAPTOP}`);
    await lab.change(...rules, list(entries.slice(1)));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
  });

  it('takes 200 addresses more at once, in a network that stands', async () => {
    const lab = await start();
    const stands = await lab.connect('three', LAPTOP, 2222).catch((error: { code: string }) => error.code);
    expect(stands).toBe('ECONNREFUSED');
    // No machine of theirs is needed for the router to hold them: all are addresses of one.
    const many = Array.from({ length: 25 }, (_, index) => addInterface(`eni-many-${index}`, LAB.vpc1, LAB.privateSubnet1, `10.0.2.${30 + index}`, [LAB.sg2], {
      secondaryAddresses: Array.from({ length: 9 }, (__, more) => ({ privateIp: `10.0.2.${60 + index * 7 + (more % 7)}` })).slice(0, 7),
    }));
    await lab.change(...many);
    expect(await lab.tcp('three', LAPTOP, 2222)).toBe('refused');
  });

  it('takes 300 subnets in 50 VPCs', async () => {
    fabric = await startNetnsFabric();
    const lab = labModel();
    const vpcs = Array.from({ length: 50 }, (_, index) => `vpc-many-${index}`);
    const model: NetworkModel = {
      ...lab,
      vpcs: [...lab.vpcs, ...vpcs.map((vpcId) => ({ vpcId, cidrs: ['10.0.0.0/16'], enableDnsSupport: true, enableDnsHostnames: true }))],
      subnets: [...lab.subnets, ...vpcs.flatMap((vpcId) => Array.from({ length: 6 }, (_, index) => ({ subnetId: `subnet-${vpcId}-${index}`, vpcId, cidr: `10.0.${index}.0/24`, availabilityZone: `${REGION}a` })))],
      routeTables: [...lab.routeTables, ...vpcs.flatMap((vpcId) => [0, 1].map((index) => ({
        routeTableId: `rtb-${vpcId}-${index}`, vpcId, main: index === 0, subnetIds: index === 0 ? [] : [`subnet-${vpcId}-1`],
        routes: [{ destination: '10.0.0.0/16', targetKind: 'local' as const, targetId: 'local', state: 'active' as const }, ...(index === 0 ? [] : [{ destination: '0.0.0.0/0', targetKind: 'internet-gateway' as const, targetId: `igw-${vpcId}`, state: 'active' as const }])],
      })))],
      internetGateways: [...lab.internetGateways, ...vpcs.map((vpcId) => ({ internetGatewayId: `igw-${vpcId}`, vpcId }))],
      networkAcls: [...lab.networkAcls, ...vpcs.map((vpcId) => ({
        networkAclId: `acl-${vpcId}`, vpcId, isDefault: true, subnetIds: Array.from({ length: 6 }, (_, index) => `subnet-${vpcId}-${index}`),
        entries: [false, true].map((egress) => ({ ruleNumber: 100, egress, protocol: '-1', action: 'allow' as const, cidr: '0.0.0.0/0' })),
      }))],
    };
    const groups = vpcs.map((vpcId): SecurityGroup => ({ groupId: `sg-${vpcId}`, groupName: vpcId, vpcId, ingress: [tcpFrom(22, '0.0.0.0/0')], egress: [ALLOW_ALL_EGRESS] }));
    // The same address in each of them, in a subnet that is public in each.
    const interfaces = vpcs.map((vpcId, index) => addInterface(`eni-${vpcId}`, vpcId, `subnet-${vpcId}-1`, '10.0.1.16', [`sg-${vpcId}`], { publicIp: `198.18.1.${index + 1}` }));
    await fabric.apply([addGroups(groups), ...interfaces].reduce((sum, change) => change(sum), model));
    for (const index of [0, 24, 49]) {
      await fabric.listen({ networkInterfaceId: `eni-vpc-many-${index}`, port: 22 }, greet);
      const stream = await fabric.connect({ internet: LAPTOP }, { address: `198.18.1.${index + 1}`, port: 22 }, { timeoutMs: 10_000 });
      stream.destroy();
    }
    // A region with a lab only: all of it goes in one piece.
    await fabric.apply(changed());
    expect(fabric.layout.vpcs).toHaveLength(2);
  });
});
