import { describe, expect, it } from 'vitest';
import { remarked, remarkIn } from '../../../../../src/cloud/fabric/netns/plan/remarks.js';
import { dropOf, PacketReader } from '../../../../../src/cloud/fabric/netns/trace/packets.js';
import { readProbe } from '../../../../../src/cloud/fabric/netns/trace/probe.js';
import { traceRules } from '../../../../../src/cloud/fabric/netns/trace/rules.js';
import { aclEntryWords, groupRuleWords } from '../../../../../src/cloud/fabric/netns/trace/words.js';

// As nft 1.0.6 printed it.
const LINES = `trace id d6ec736f ip ssmlab_trace probed packet: iif "e-6" ether saddr 06:6b:10:bb:d2:b1 ether daddr 0a:ff:ff:ff:ff:01 ip saddr 10.0.2.16 ip daddr 8.8.8.8 ip dscp 0x2a ip ecn 0x0 ip ttl 65 ip id 10162 ip length 60 tcp sport 20001 tcp dport 443 tcp flags == 0x2 tcp window 64240
trace id d6ec736f ip ssmlab_trace probed rule ct mark & 0x40000000 == 0x40000000 meta nftrace set 1 (verdict continue)
trace id d6ec736f ip ssmlab acl_leaving packet: iif "e-6" oif "e-1" ether saddr 06:6b:10:bb:d2:b1 ether daddr 0a:ff:ff:ff:ff:01 ip saddr 10.0.2.16 ip daddr 8.8.8.8 ip dscp 0x2a ip ecn 0x0 ip ttl 64 ip id 10162 ip length 60 tcp sport 20001 tcp dport 443 tcp flags == 0x2 tcp window 64240
trace id 18db73fb ip ssmlab_trace probed packet: iif "igw" ether saddr 0a:ff:ff:ff:ff:03 ether daddr 0a:ff:ff:ff:ff:03 ip saddr 8.8.8.8 ip daddr 10.0.1.254 ip dscp 0x2a ip ecn 0x0 ip ttl 118 ip id 9374 ip length 84 icmp type 0 icmp code 0 icmp id 18566 icmp sequence 1
trace id d6ec736f ip ssmlab acl_egress_1 rule accept comment "acl acl-0123 100" (verdict accept)
trace id d6ec736f ip ssmlab list_egress_2 rule counter packets 0 bytes 0 drop (verdict drop)
trace id 18db73fb ip ssmlab forwarding policy drop meta mark 0x00000002 
`;

describe('what the kernel says of packets', () => {
  const reader = new PacketReader();
  for (const line of LINES.split('\n')) reader.line(line);
  reader.line('something else that nft prints');
  const [syn, echo] = reader.packets;

  it('is told apart by packet, with the header and the link that it leaves by', () => {
    expect(reader.packets).toHaveLength(2);
    expect(syn).toMatchObject({ input: 'e-6', output: 'e-1', source: '10.0.2.16', destination: '8.8.8.8', protocol: 'tcp', sourcePort: 20_001, destinationPort: 443, tcpFlags: 2 });
    expect(echo).toMatchObject({ input: 'igw', output: undefined, protocol: 'icmp', icmpType: 0, sourcePort: undefined });
  });

  it('has the rules of the plan only, in their order, with remark and verdict', () => {
    expect(syn?.met).toEqual([
      { chain: 'acl_egress_1', rule: 'accept comment "acl acl-0123 100"', remark: { kind: 'network-acl-entry', networkAclId: 'acl-0123', entry: '100' }, verdict: 'accept' },
      { chain: 'list_egress_2', rule: 'counter packets 0 bytes 0 drop', remark: undefined, verdict: 'drop' },
    ]);
    expect(syn === undefined ? undefined : dropOf(syn)?.chain).toBe('list_egress_2');
    expect(echo === undefined ? undefined : dropOf(echo)).toMatchObject({ chain: 'forwarding', rule: 'policy' });
  });
});

describe('remarks', () => {
  it.each([
    { kind: 'security-group-rule', ruleId: 'sgr-0123' }, { kind: 'network-acl-entry', networkAclId: 'acl-1', entry: '*' }, { kind: 'rule', rule: 'E3' },
  ] as const)('come back from the rule: %o', (remark) => {
    expect(remarkIn(remarked('tcp dport 22 accept', remark))).toEqual(remark);
  });

  it('let nothing of an id out of their quotes', () => {
    expect(remarked('accept', { kind: 'security-group-rule', ruleId: `sgr" drop\n${'x'.repeat(200)}` })).toMatch(/^accept comment "group [\w.*-]{1,60}"$/u);
  });

  it('are not seen where there are none', () => {
    expect(remarkIn('tcp dport 22 accept')).toBeUndefined();
    expect(remarkIn('accept comment "of somebody else"')).toBeUndefined();
  });
});

describe('the rules that switch tracing on', () => {
  it('know the probe by addresses and ports where it comes out, and by what it carries elsewhere', () => {
    const flow = { protocol: 'tcp', sourcePort: 20_001, destinationPort: 443 } as const;
    const there = traceRules(flow, { device: 'e-6', source: '10.0.2.16', destination: '8.8.8.8' });
    expect(there).toContain('entrance iifname "e-6" ip saddr 10.0.2.16 ip daddr 8.8.8.8 tcp sport 20001 tcp dport 443 ip dscp set 42 meta nftrace set 1');
    expect(there.startsWith('add table ip ssmlab_trace\ndelete table ip ssmlab_trace\nadd table')).toBe(true);
    expect(traceRules(flow, undefined)).not.toContain('iifname');
  });
});

describe('the probe', () => {
  it.each([
    ['tcp', { status: 0, stdout: 'connected', stderr: '' }, { answer: 'connected' }],
    ['tcp', { status: 0, stdout: 'ECONNREFUSED', stderr: '' }, { answer: 'refused' }],
    ['tcp', { status: 0, stdout: 'ENETUNREACH', stderr: '' }, { answer: 'error', said: 'ENETUNREACH' }],
    ['udp', { status: undefined, stdout: '', stderr: '' }, { answer: 'none' }],
    ['icmp', { status: 0, stdout: '64 bytes from 8.8.8.8: icmp_seq=1 ttl=116 time=0.3 ms\n', stderr: '' }, { answer: 'echo-reply' }],
    ['icmp', { status: 1, stdout: 'PING 8.8.8.8\nFrom 10.0.1.16 icmp_seq=1 Destination Host Unreachable\n', stderr: '' }, { answer: 'none', said: 'From 10.0.1.16 icmp_seq=1 Destination Host Unreachable' }],
    ['icmp', { status: 2, stdout: '', stderr: 'ping: connect: Network is unreachable\n' }, { answer: 'error', said: 'ping: connect: Network is unreachable' }],
  ] as const)('%s: %o', (protocol, result, expected) => {
    expect(readProbe(protocol, result)).toEqual(expected);
  });
});

describe('words', () => {
  it('are those in which the console shows rules', () => {
    expect(groupRuleWords({ ruleId: 'sgr-1', protocol: 'tcp', fromPort: 8000, toPort: 8080, groupId: 'sg-2' }, 'ingress')).toBe('ingress rule: tcp 8000-8080 from sg-2');
    expect(groupRuleWords({ ruleId: 'sgr-1', protocol: '-1', cidr: '0.0.0.0/0' }, 'egress')).toBe('egress rule: all traffic to 0.0.0.0/0');
    expect(groupRuleWords({ ruleId: 'sgr-1', protocol: 'icmp', fromPort: 8, toPort: -1, cidr: '10.0.0.0/8' }, 'ingress')).toBe('ingress rule: icmp from 10.0.0.0/8');
    expect(aclEntryWords({ ruleNumber: 50, egress: false, protocol: '17', action: 'deny', cidr: '0.0.0.0/0', portRange: { from: 53, to: 53 } }, false)).toBe('inbound rule 50: deny udp 53 from 0.0.0.0/0');
    expect(aclEntryWords(undefined, true)).toBe('outbound, no entry matches');
  });
});
