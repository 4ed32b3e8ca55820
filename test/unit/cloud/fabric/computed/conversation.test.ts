import { describe, expect, it } from 'vitest';
import { Conversation } from '../../../../../src/cloud/fabric/computed/conversation.js';
import { PortTable } from '../../../../../src/cloud/fabric/computed/ports.js';
import { addressOf } from '../../../../../src/lib/net/address.js';
import { PROTOCOL } from '../../../../../src/lib/net/flow.js';
import { NAT_PORTS } from '../../../../../src/lib/net/port.js';
import { FLOWS_PER_DESTINATION } from '../../../../../src/lib/vpc/nat-gateway.js';
import { indexModel, type InterfaceNode } from '../../../../../src/lib/vpc/network.js';
import { LAB, labModel } from '../../../../conformance/fabric/lab-network.js';

const network = indexModel(labModel());
const node = (id: string): InterfaceNode => network.interfaces.get(id) ?? (() => { throw new Error(id); })();
const nat = node(LAB.eni.nat);
const flow = (sourcePort: number, to = '8.8.8.8') => ({ protocol: PROTOCOL.tcp, source: addressOf(LAB.ip.three), destination: addressOf(to), sourcePort, destinationPort: 443 });

describe('a flow through a NAT gateway', () => {
  it('N10: is refused beyond 55 000 to one destination, and not to another; one that ends makes room', () => {
    const ports = new PortTable(NAT_PORTS, FLOWS_PER_DESTINATION);
    const all = Array.from({ length: FLOWS_PER_DESTINATION }, (_, index) => {
      const conversation = new Conversation(ports);
      expect(conversation.mapOut(nat, flow(index))).toMatchObject({ source: nat.address });
      return conversation;
    });
    expect(new Conversation(ports).mapOut(nat, flow(1))).toMatchObject({ decision: 'deny', rule: 'N10' });
    expect(new Conversation(ports).mapOut(nat, flow(1, '198.19.0.10'))).toMatchObject({ source: nat.address });
    all[0]?.release();
    expect(new Conversation(ports).mapOut(nat, flow(1))).toMatchObject({ source: nat.address });
  });

  it('N9: keeps its mapping for 350 s of silence and not a second longer; its port is free then', () => {
    const ports = new PortTable(NAT_PORTS, 1);
    const conversation = new Conversation(ports);
    const mapped = conversation.mapOut(nat, flow(7));
    conversation.forgetAfter(350, { client: 432_000, server: 432_000 });
    expect(conversation.mapOut(nat, flow(7))).toEqual(mapped);
    conversation.forgetAfter(350.1, { client: 432_000, server: 432_000 });
    expect(conversation.mapOut(nat, flow(7))).toMatchObject({ decision: 'deny', rule: 'N9' });
    expect(new Conversation(ports).mapOut(nat, flow(7))).toEqual(mapped === undefined ? undefined : { ...mapped, sourcePort: expect.any(Number) as number });
  });

  it('S10: each end is forgotten by its own timeout', () => {
    const conversation = new Conversation(new PortTable(NAT_PORTS));
    for (const end of ['client', 'server'] as const) conversation.judgeGroups(end, node(LAB.eni.two), 'egress', flow(7));
    conversation.forgetAfter(100, { client: 60, server: 100 });
    expect([conversation.trackingAt('client'), conversation.trackingAt('server')?.decision]).toEqual([undefined, 'tracked']);
  });
});
