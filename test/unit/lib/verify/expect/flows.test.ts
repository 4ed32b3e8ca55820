import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, formatAddress } from '../../../../../src/lib/net/address.js';
import { prefixContains, prefixOf } from '../../../../../src/lib/net/cidr.js';
import { traceFlow } from '../../../../../src/lib/reachability/engine.js';
import { boundariesOf, publicPart, spokesmen, without } from '../../../../../src/lib/verify/expect/boundaries.js';
import { endsOf } from '../../../../../src/lib/verify/expect/ends.js';
import { predictFlow } from '../../../../../src/lib/verify/expect/predict-flow.js';
import { readExpectations } from '../../../../../src/lib/verify/expect/read.js';
import { resolveExpectations } from '../../../../../src/lib/verify/expect/resolve.js';
import { indexModel } from '../../../../../src/lib/vpc/network.js';
import { addInterface, type Change, changed, detachGateway, entry, LAB, OPEN_ENTRIES, setEgress, setEntries, setIngress, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { instances } from './snapshot.js';

const HERE = '198.51.100.7';

/** `Mike from internet tcp/22 open` → what the configuration says of it. */
const said = (text: string, ...changes: readonly Change[]): string => atMost(undefined, text, ...changes);

function atMost(most: number | undefined, text: string, ...changes: readonly Change[]): string {
  const [name = '', direction = '', far = '', flow = '', is = ''] = text.split(' ');
  const network = indexModel(changed(...changes));
  const file = readExpectations(`version: 1\ninstances:\n  - select: ${name}\n    ${direction}: { "${far}": { ${flow}: ${is} } }\n`, 'f');
  return resolveExpectations(file, instances).flatMap(({ instance, flows }) => flows.map(({ rule, far: other }) => {
    const scene = { network, here: HERE, unread: [] };
    const { value, by, why } = predictFlow(scene, endsOf(scene, instance, rule, other), rule.flow, rule.is, (question) => traceFlow(network, question), most);
    return `${value}: ${by}: ${why}`;
  })).join(' | ');
}

describe('a declared flow, by the configuration', () => {
  it.each([
    ['Mike from internet tcp/22 open', 'reachable: sg-1 sgr-ssh (S4)'],
    ['Mike from internet tcp/23 closed', 'not reachable: sg-1 (S4)'],
    ['Mike from here tcp/22 open', 'reachable: sg-1 sgr-ssh (S4)'],
    ['Mike from internet tcp closed', 'reachable in part: sg-1 sgr-ssh (S4): tcp/22 from '],
    ['Mike from internet all closed', 'reachable in part: sg-1 sgr-ssh (S4): tcp/22 from '],
    ['Mike from internet tcp/1-21 closed', 'not reachable: sg-1 (S4)'],
    ['Mike from internet tcp/22-23 open', 'reachable in part: sg-1 (S4): tcp/23 from '],
    ['Zulu from internet all closed', 'not reachable: sg-2 (S4)'],
    ['Alpha from internet all closed', 'not reachable: eni-3 (I2): it has no public address: nobody outside its VPC can write to it'],
    ['Alpha reach internet icmp open', 'reachable: '],
    ['Alpha reach internet all open', 'reachable: '],
    ['Kilo reach internet all closed', 'not reachable: '],
    ['Kilo reach 10.0.3.50 tcp/443 open', 'reachable: sg-endpoint sgr-https (S5)'],
    ['Kilo reach 10.0.3.50 tcp/80 closed', 'not reachable: sg-endpoint'],
    ['Kilo reach 10.0.3.0/24 tcp/443 open', 'reachable: '],
    ['Kilo reach 10.0.3.77 icmp closed', 'not reachable: '],
    ['Kilo reach 10.0.1.16 icmp closed', 'not reachable: '],
    ['Kilo reach 192.168.0.0/16 tcp/22 closed', 'null: 192.168.0.0/16: it is private and in no VPC of the snapshot: peering, a transit gateway and a VPN are not modelled'],
    ['Kilo from 10.0.3.77 icmp closed', 'null: vpc-2: nothing has 10.0.3.77 now'],
    ['Kilo from 10.0.4.0/24 icmp closed', 'not reachable: sg-3 (S4)'],
    ['Alpha reach Mike tcp/22 open', 'reachable: sg-1 sgr-ssh (S4)'],
    ['Alpha reach Kilo tcp/22 closed', 'not reachable: eni-4 (I2): Kilo is in another VPC and has no public address: there is none to write to'],
    ['Kilo reach Mike tcp/22 closed', 'not reachable: '],
    ['Mike from tag:tier=back tcp/22 open', 'reachable: sg-1 sgr-ssh (S4): admitted'],
    ['Zulu from 198.18.0.11 tcp/22 closed', 'not reachable: sg-2 (S4)'],
    ['Zulu from 198.18.0.10 tcp/22 closed', 'null: nat-1: 198.18.0.10 is the NAT gateway\'s: whom it speaks for is asked for by name'],
    ['Alpha from 198.18.0.11 tcp/22 closed', 'not reachable: eni-3 (I2)'],
  ])('%s', (text, want) => {
    expect(said(text)).toContain(want.replace(': admitted', ''));
  });

  it('is reachable in part where a rule admits a part, and the counter-example is one of that', () => {
    const narrow = setIngress(LAB.sg1, tcpFrom(22, '203.0.113.0/24'));
    expect(said('Mike from 203.0.113.0/24 tcp/22 open', narrow)).toContain('reachable: ');
    expect(said('Mike from 203.0.112.0/23 tcp/22 open', narrow)).toMatch(/^reachable in part: sg-1 \(S4\): tcp\/22 from 203\.0\.112\.\d+: /u);
    expect(said('Mike from internet tcp/22 closed', narrow)).toMatch(/^reachable in part: .*: tcp\/22 from 203\.0\.113\.\d+: /u);
    expect(said('Mike from here tcp/22 open', narrow)).toMatch(/^not reachable: sg-1/u);
    const one = setIngress(LAB.sg2, tcpFrom(5432, '203.0.113.77/32'));
    expect(said('Zulu from internet all closed', one)).toMatch(/^reachable in part: .*: tcp\/5432 from 203\.0\.113\.77: /u);
  });

  it('hears network ACLs, gateways and narrowed egress', () => {
    expect(said('Mike from internet tcp/22 open', setEntries(LAB.acl.public, entry(90, false, 'deny', { cidr: '192.0.2.0/24' }), ...OPEN_ENTRIES))).toMatch(/^reachable in part: acl-public ingress rule 90 \(A\d\): tcp\/22 from 192\.0\.2\.\d+/u);
    expect(said('Alpha reach internet tcp/443 open', detachGateway)).toMatch(/^not reachable: /u);
    expect(said('Alpha reach internet tcp/443 open', setEgress(LAB.sg2, tcpFrom(443, '8.8.8.0/24')))).toMatch(/^reachable in part: sg-2 \(S4\): tcp\/443 to /u);
  });

  it('meets in its own VPC whoever is there, and of those only machines as senders', () => {
    expect(said('Mike from 10.0.0.0/16 tcp/22 open')).toMatch(/^reachable: sg-1 .*: every flow of it, tcp\/22 from 10\.0\./u);
    const db = addInterface('eni-db', LAB.vpc1, LAB.privateSubnet1, '10.0.2.90', [LAB.sg1]);
    expect(said('Alpha reach 10.0.2.0/24 tcp/22 open', db)).toMatch(/^reachable: /u);
    expect(said('Alpha reach 10.0.2.0/24 tcp/22 open')).toMatch(/^not reachable: /u);
  });

  it('is unknown when it is too wide to be asked, unless one that was asked shows it', () => {
    const rules = Array.from({ length: 20 }, (_, i) => tcpFrom(1000 + 2 * i, `203.0.${i}.0/27`));
    expect(atMost(200, 'Zulu from internet tcp closed', setEgress(LAB.sg2, ...rules))).toContain('null: the configuration: it stands for more than 200 different flows');
    expect(atMost(200, 'Zulu from internet tcp closed', setIngress(LAB.sg1, ...rules))).toMatch(/^not reachable/u);
    expect(atMost(200, 'Zulu from internet tcp closed', setIngress(LAB.sg2, tcpFrom(1, '0.0.0.0/0'), ...rules))).toMatch(/^reachable in part/u);
    expect(atMost(200, 'Zulu from internet tcp/1000 closed', setIngress(LAB.sg2, ...rules))).toMatch(/^reachable in part/u);
  });
});

describe('stretches', () => {
  const cidr = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 })).map(([base, length]) => prefixOf(`${formatAddress(base)}/${length}`));

  it('without prefixes are exactly the addresses that are in none of them', () => {
    fc.assert(fc.property(fc.array(cidr, { maxLength: 6 }), fc.integer({ min: 0, max: 0xffffffff }), (prefixes, address) => {
      const left = without({ first: 0, last: 0xffffffff }, prefixes);
      expect(left.filter((part) => part.first <= address && address <= part.last).length).toBe(prefixes.some((prefix) => prefixContains(prefix, address)) ? 0 : 1);
    }));
  });

  it('have a spokesman each, the preferred one where it lies in it', () => {
    expect(spokesmen({ first: 10, last: 30 }, [5, 10, 20, 31], [25, 12])).toEqual([12, 25]);
    expect(spokesmen({ first: 10, last: 10 }, [])).toEqual([10]);
  });

  it('the internet is what is public and no VPC\'s', () => {
    const network = indexModel(changed());
    const inside = (text: string) => publicPart({ first: 0, last: 0xffffffff }, network).some((part) => part.first <= addressOf(text) && addressOf(text) <= part.last);
    expect(['8.8.8.8', '198.51.100.7', '198.18.0.11', '172.15.0.1', '223.255.255.255'].filter((text) => !inside(text))).toEqual([]);
    expect(['10.0.1.1', '0.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.31.0.1', '192.168.1.1', '224.0.0.1', '255.255.255.255'].filter(inside)).toEqual([]);
  });

  it('speak for every address in them: one chosen at random fares as its spokesman', () => {
    const changes = [setIngress(LAB.sg1, tcpFrom(22, '203.0.113.0/24'), tcpFrom(22, '198.51.100.0/25'), tcpFrom(22, '64.0.0.0/3')), setEntries(LAB.acl.public, entry(50, false, 'deny', { cidr: '203.0.113.128/25' }), entry(60, true, 'deny', { cidr: '80.0.0.0/4' }), ...OPEN_ENTRIES)];
    const network = indexModel(changed(...changes));
    const boundaries = boundariesOf(network, LAB.vpc1, new Set([LAB.sg1])).addresses;
    const fares = (address: number) => traceFlow(network, { from: { kind: 'internet', address: formatAddress(address) }, to: LAB.public.one, protocol: 'tcp', port: 22 }).disposition;
    const near = fc.constantFrom(...boundaries).chain((at) => fc.integer({ min: -3, max: 3 }).map((by) => Math.max(0, Math.min(0xffffffff, at + by))));
    const stretches = publicPart({ first: 0, last: 0xffffffff }, network);
    fc.assert(fc.property(fc.oneof(near, fc.integer({ min: 0, max: 0xffffffff })), (address) => {
      const stretch = stretches.find(({ first, last }) => first <= address && address <= last);
      fc.pre(stretch !== undefined && !network.publicAddresses.has(address));
      const spokesman = spokesmen(stretch ?? { first: 0, last: 0 }, boundaries).findLast((at) => at <= address);
      expect(fares(address)).toBe(fares(spokesman ?? 0));
    }), { numRuns: 400 });
  });
});
