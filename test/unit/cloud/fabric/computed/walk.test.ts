/** What no guest of the sandbox can send, and a packet may still be: the walk itself is asked. */
import { expect, it } from 'vitest';
import { Conversation } from '../../../../../src/cloud/fabric/computed/conversation.js';
import { PortTable } from '../../../../../src/cloud/fabric/computed/ports.js';
import { walk } from '../../../../../src/cloud/fabric/computed/walk.js';
import { addressOf } from '../../../../../src/lib/net/address.js';
import { PROTOCOL } from '../../../../../src/lib/net/flow.js';
import { NAT_PORTS } from '../../../../../src/lib/net/port.js';
import { indexModel } from '../../../../../src/lib/vpc/network.js';
import { type Change, changed, LAB, REGION, setInterface } from '../../../../conformance/fabric/lab-network.js';

const STRANGER = '10.0.2.200';

/** Instance 3 sends instance 1 a segment to port 22, which everybody may. */
function sent(source: string, ...changes: readonly Change[]) {
  const network = indexModel(changed(...changes));
  const node = network.interfaces.get(LAB.eni.three);
  if (node === undefined) throw new Error('instance 3 has no interface');
  const flow = { protocol: PROTOCOL.tcp, source: addressOf(source), destination: addressOf(LAB.ip.one), sourcePort: 40_000, destinationPort: 22 };
  return walk({ networks: new Map([[REGION, network]]) }, { kind: 'interface', network, node }, { flow, ttl: 64, bytes: 60, dontFragment: false }, new Conversation(new PortTable(NAT_PORTS)), 'forward');
}

it('E3: what has another\'s source is dropped by the source/dest check, and by nothing else', () => {
  expect(sent(LAB.ip.three)).toMatchObject({ decision: 'arrive' });
  expect(sent(STRANGER)).toMatchObject({ decision: 'drop', rule: 'E3', by: LAB.eni.three });
  expect(sent(STRANGER, setInterface(LAB.eni.three, { sourceDestCheck: false }))).toMatchObject({ decision: 'arrive' });
  expect(sent(STRANGER, setInterface(LAB.eni.three, { secondaryAddresses: [{ privateIp: STRANGER }] }))).toMatchObject({ decision: 'arrive' });
});
