import { describe, expect, it } from 'vitest';
import { planOf, plansOf } from '../../../../../src/lib/report/diagram/plan.js';
import { instancesOf, sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { mermaidDiagram } from '../../../../../src/lib/report/diagram/mermaid.js';
import { svgDiagram } from '../../../../../src/lib/report/diagram/svg.js';
import { textDiagram } from '../../../../../src/lib/report/diagram/text.js';
import { brokenLab, halfLab, healthyLab, id, instanceOf, lab, large } from './networks.js';

const legs = (predictions: Parameters<typeof sceneOf>[1]) => Object.fromEntries(instancesOf(sceneOf(lab, predictions)).map((instance) => [instance.number, instance.legs.map(({ services, stops, verdict, cut }) => ({ services: services.join(), stops: stops.map((stop) => stop.kind).join(), verdict, cut }))]));

describe('the scene', () => {
  it('has the VPC of the first instance first, subnets as near to the internet as they are, names where there are some', () => {
    const scene = sceneOf(lab, healthyLab);
    expect(scene.vpcs.map((vpc) => [vpc.name, vpc.internetGateway?.name ?? null, vpc.subnets.map((subnet) => `${subnet.name} ${subnet.defaultRoute}`)])).toEqual([
      ['VPC1', 'IGW', ['PublicSubnet default route: internet gateway', 'PrivateSubnet1 default route: NAT gateway NATGateway']],
      ['VPC2', null, ['PrivateSubnet2 no default route']],
    ]);
    expect(scene.vpcs[0]?.subnets[0]?.things.map((thing) => thing.kind)).toEqual(['instance', 'instance', 'nat-gateway']);
    expect(scene.vpcs[1]?.subnets[0]?.things.map((thing) => (thing.kind === 'vpc-endpoint' ? thing.service : thing.kind))).toEqual(['instance', 'ssm', 'ssmmessages', 'ec2messages']);
  });

  it('takes its order from no order of the snapshot', () => {
    const turned = { ...lab, instances: lab.instances.toReversed(), network: { ...lab.network, vpcs: lab.network.vpcs.toReversed(), subnets: lab.network.subnets.toReversed(), networkInterfaces: lab.network.networkInterfaces.toReversed(), vpcEndpoints: lab.network.vpcEndpoints.toReversed() } };
    expect(sceneOf(turned, healthyLab)).toEqual(sceneOf(lab, healthyLab));
  });

  it('follows each way from the instance outward, one leg for both services where they go alike', () => {
    expect(legs(healthyLab)).toEqual({
      1: [{ services: '', stops: 'internet-gateway', verdict: 'open', cut: null }],
      2: [{ services: 'ssm,ssmmessages', stops: 'internet-gateway', verdict: 'open', cut: null }],
      3: [{ services: 'ssm,ssmmessages', stops: 'nat-gateway,internet-gateway', verdict: 'open', cut: null }],
      4: [{ services: 'ssm,ssmmessages', stops: 'vpc-endpoint,vpc-endpoint', verdict: 'open', cut: null }],
    });
  });

  it('knows where a way is cut: in the instance, in its subnet, at the stop', () => {
    expect(legs(brokenLab)).toEqual({
      1: [{ services: '', stops: 'internet-gateway', verdict: 'closed', cut: 'subnet' }],
      2: [{ services: 'ssm,ssmmessages', stops: 'internet-gateway', verdict: 'closed', cut: 'instance' }],
      3: [{ services: 'ssm,ssmmessages', stops: '', verdict: 'closed', cut: 'subnet' }],
      4: [{ services: 'ssm,ssmmessages', stops: 'vpc-endpoint,vpc-endpoint', verdict: 'closed', cut: 0 }],
    });
    expect(legs(halfLab)).toMatchObject({
      2: [{ stops: 'other', verdict: 'unknown', cut: 0 }],
      3: [{ stops: 'nat-gateway,internet-gateway', verdict: 'closed', cut: 1 }],
      4: [{ services: 'ssm', verdict: 'open' }, { services: 'ssmmessages', verdict: 'closed', cut: 0 }],
    });
  });

  it('draws an instance of which nothing is predicted as unknown', () => {
    expect(instancesOf(sceneOf(lab, new Map())).map(({ verdict, legs: none }) => [verdict, none])).toEqual([1, 2, 3, 4].map(() => ['unknown', []]));
  });

  it('knows the subnet of an instance by its interface, and names one that has none', () => {
    const instances = lab.instances.map((instance) => ({ ...instance, subnetId: null }));
    expect(sceneOf({ ...lab, instances }, healthyLab)).toEqual(sceneOf(lab, healthyLab));
    const scene = sceneOf({ ...lab, instances: [...lab.instances, instanceOf(5, { state: 'terminated' })] }, healthyLab);
    expect(scene.unplaced.map(({ number }) => number)).toEqual([5]);
    expect(textDiagram(scene).at(-1)).toBe('in no subnet: 5 Instance5 (terminated): no way in is predicted');
    expect(svgDiagram(scene)).toContain('>in no subnet: 5 Instance5 (terminated): no way in is predicted</text>');
    expect(mermaidDiagram(scene).join()).toContain('["? 5 Instance5<br/>terminated"]:::unknown');
  });

  it('does not take a name from the prototype', () => {
    const vpc = { ...lab.network.vpcs[1], vpcId: 'constructor' };
    expect(sceneOf({ ...lab, network: { ...lab.network, vpcs: [...lab.network.vpcs, vpc] as typeof lab.network.vpcs } }, healthyLab).vpcs.at(-1)?.name).toBeNull();
  });
});

describe('the plan', () => {
  it('gives rails that do not meet the same column, and no two that do', () => {
    const { snapshot, predictions } = large();
    for (const plan of [...plansOf(sceneOf(snapshot, predictions)), ...plansOf(sceneOf(lab, healthyLab)), ...plansOf(sceneOf(lab, halfLab))]) {
      for (const [at, a] of plan.rails.entries()) {
        expect(a.column).toBeLessThan(plan.columns);
        for (const b of plan.rails.slice(at + 1)) expect(a.column !== b.column || (a.to < b.from || b.to < a.from), `${a.key} ${b.key}`).toBe(true);
      }
    }
    const [plan] = plansOf(sceneOf(snapshot, predictions));
    expect(plan?.rails).toHaveLength(5);
    expect(plan?.columns).toBe(3);
  });

  it('joins every leg to a rail that reaches it', () => {
    const { snapshot, predictions } = large();
    const plan = planOf(sceneOf(snapshot, predictions).vpcs[0] ?? (() => { throw new Error('no VPC'); })());
    for (const [at, row] of plan.rows.entries()) {
      if (row.kind === 'gap' || row.kind === 'subnet') continue;
      if (row.kind === 'instance') expect(row.joins).toHaveLength(1);
      for (const join of row.joins) {
        const rail = plan.rails[join.rail];
        expect(rail !== undefined && (rail.top || rail.from <= at) && at <= rail.to).toBe(true);
      }
    }
    expect(plan.rows.filter((row) => row.kind === 'instance' && row.first)).toHaveLength(50);
  });

  it('marks the cut where the road ends: at the NAT gateway\'s own way when that is what is missing', () => {
    const rows = planOf(sceneOf(lab, halfLab).vpcs[0] ?? (() => { throw new Error('no VPC'); })()).rows;
    expect(rows.find((row) => row.kind === 'instance' && row.instance.number === 3)).toMatchObject({ joins: [{ verdict: 'closed', cut: null }] });
    expect(rows.find((row) => row.kind === 'nat-gateway')).toMatchObject({ nat: { id: id('nat', 1) }, joins: [{ verdict: 'idle', inward: true }, { verdict: 'closed', cut: 'rail' }] });
  });
});
