/** The scene of what the engine really predicts of the lab, whole and with one thing changed: where each way leads and where it is cut. */
import { describe, expect, it } from 'vitest';
import { predictWaysIn } from '../../../../../src/lib/reachability/ways-in.js';
import { instancesOf, sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import type { NetworkModel } from '../../../../../src/lib/vpc/model.js';
import { indexModel } from '../../../../../src/lib/vpc/network.js';
import { LAB } from '../../../../conformance/fabric/lab-network.js';
import { labSnapshot, setRole, setSnapshotInstance, type SnapshotChange } from '../../reachability/lab-snapshot.js';

const network = (change: (model: NetworkModel) => Partial<NetworkModel>): SnapshotChange => (snapshot) => ({ ...snapshot, network: { ...snapshot.network, ...change(snapshot.network) } });

/** `number: way verdict stops cut`, a line for each leg. */
function drawn(...changes: readonly SnapshotChange[]): string[] {
  const snapshot = labSnapshot([], (lab) => ({ ...lab, instances: lab.instances.map((instance) => ({ ...instance, auth: instance.number === 1 ? 'ssh-key-pair' : 'session-manager' })) }), ...changes);
  const scene = sceneOf(snapshot, predictWaysIn(snapshot, indexModel(snapshot.network), '198.51.100.7'));
  return instancesOf(scene).flatMap(({ number, legs }) => legs.map(({ services, verdict, stops, cut }) => `${number}: ${services.length === 0 ? 'ssh' : services.join('+')} ${verdict} ${stops.map(({ kind }) => kind.replace('-gateway', '').replace('vpc-', '')).join(',')}${cut === null ? '' : ` cut ${cut}`}`));
}

const WHOLE = ['1: ssh open internet', '2: ssm+ssmmessages open internet', '3: ssm+ssmmessages open nat,internet', '4: ssm+ssmmessages open endpoint,endpoint'];
const but = (number: number, line: string): string[] => WHOLE.map((each, at) => (at + 1 === number ? line : each));

describe('the lab as predicted', () => {
  it('is drawn whole', () => {
    expect(drawn()).toEqual(WHOLE);
  });

  it('without 443 to the endpoints is cut at them', () => {
    const changed = drawn(network((model) => ({ securityGroups: model.securityGroups.map((group) => (group.groupId === LAB.sgEndpoint ? { ...group, ingress: [] } : group)) })));
    expect(changed).toEqual(but(4, '4: ssm+ssmmessages closed endpoint,endpoint cut 0'));
  });

  it('without the private subnet\'s default route is cut in the subnet', () => {
    const changed = drawn(network((model) => ({ routeTables: model.routeTables.map((table) => (table.routes.some((route) => route.targetKind === 'nat-gateway') ? { ...table, routes: table.routes.filter((route) => route.targetKind !== 'nat-gateway') } : table)) })));
    expect(changed).toEqual(but(3, '3: ssm+ssmmessages closed  cut subnet'));
  });

  it('without rules for 22 is cut in the subnet, behind the internet gateway', () => {
    const changed = drawn(network((model) => ({ securityGroups: model.securityGroups.map((group) => (group.ingress.some((rule) => rule.fromPort === 22) ? { ...group, ingress: [] } : group)) })));
    expect(changed).toEqual(but(1, '1: ssh closed internet cut subnet'));
  });

  it('without the NAT gateway\'s way out is cut behind it, and 1 and 2 with it', () => {
    const changed = drawn(network((model) => ({ internetGateways: model.internetGateways.map(({ internetGatewayId }) => ({ internetGatewayId })) })));
    expect(changed.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(['1: ssh closed', '2: ssm+ssmmessages closed', '3: ssm+ssmmessages closed', '4: ssm+ssmmessages open']);
    expect(changed[2]).toMatch(/^3: ssm\+ssmmessages closed nat(?:,internet)? cut [01]$/u);
  });

  it('with an instance that is stopped, or without its role, is cut before the network', () => {
    expect(drawn(setSnapshotInstance(2, { state: 'stopped' }))[1]).toMatch(/^2: ssm\+ssmmessages closed .*cut instance$/u);
    expect(drawn(setRole(null)).slice(1)).toEqual(WHOLE.slice(1).map((line) => `${line.replace('open', 'closed')} cut instance`));
  });
});
