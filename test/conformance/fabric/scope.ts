/**
 * The rules of `vpc-semantics.md` that a fabric does not decide, and who does. Every other rule of {@link ALL_RULES} has a
 * test in this suite that fails without it (`scope.test.ts`), but for half of E3: here it is only seen that the check lets
 * a guest's own addresses pass. No guest sends with another's address, and what is addressed to another's interface is
 * lost with the check or without (no guest forwards). That half is in test/unit/cloud/fabric/computed/walk.test.ts.
 */

const numbered = (letter: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

/** Every rule id of the fact sheet, in its order. */
export const ALL_RULES: readonly string[] = [
  ...numbered('V', 15), ...numbered('R', 13), ...numbered('I', 11), ...numbered('N', 16), ...numbered('S', 14), ...numbered('A', 8), ...numbered('P', 16),
  ...numbered('L', 16), ...numbered('E', 10),
];

const EC2 = 'what the EC2 API takes, makes and shows: the network document that a fabric gets is right already (test/unit/cloud/services/ec2)';
const METADATA = 'what the metadata service answers: a fabric carries the connection to it (test/unit/cloud/guest)';
const GUEST = 'what a guest has or prints; a fabric sees packets only (test/unit/cloud/guest)';
const AGENT = 'the time that agents and services take; not a packet\'s business';

export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  V1: EC2, V2: EC2, V6: EC2, V7: EC2, V8: EC2, V9: EC2, V10: EC2, V12: EC2, V15: EC2,
  V13: GUEST,
  V14: 'IPv6 is not modelled: the fabrics carry IPv4, and the APIs refuse what asks for IPv6 (docs/local-cloud.md)',
  R4: EC2,
  R9: 'the prefix-list half is in lib/vpc/compile (test/unit/lib/vpc/rules.test.ts); propagated routes come from gateways that are not there',
  R11: 'what a subnet is called; paths are derived in lib/vpc/path (test/unit/lib/vpc/path.test.ts)',
  R13: 'gateway route tables are refused by the API',
  I5: 'no guest can send with another\'s address; the rule itself is tested in test/unit/lib/vpc/gateways.test.ts',
  I9: EC2,
  N1: EC2, N3: EC2, N15: 'regional NAT gateways are refused by the API', N16: EC2,
  N4: 'flows are of TCP, UDP and ICMP echo, which it forwards, and nobody sends anything else; the rule is tested in test/unit/lib/vpc/gateways.test.ts',
  N6: 'a route cannot lead to a NAT gateway of another VPC; the rule is tested in test/unit/lib/vpc/gateways.test.ts',
  N10: '55 000 flows take too long to open here: test/unit/cloud/fabric/computed/conversation.test.ts',
  N14: 'the two probes together: what ec2-metadata prints is the guest\'s, the address that the world sees is N5',
  S11: 'flows are of TCP, UDP and ICMP echo; nobody sends anything else',
  S13: EC2,
  A6: EC2, A8: EC2,
  A5: 'a fact on operating systems; the ranges are used in A2 and N8',
  P1: EC2, P10: EC2,
  P11: 'a policy judges calls, after the connection: no fabric sees it',
  P16: EC2,
  L6: 'the rate of 1024 packets a second is not limited: nothing that the lab does comes near it',
  L7: METADATA, L8: METADATA, L10: METADATA, L11: METADATA, L12: METADATA,
  L9: 'the hop limit counts from the guest\'s own interface, and no guest forwards packets to it (a container would)',
  L15: GUEST, L16: 'no guest has a clock of its own; what the netns fabric answers there is in test/unit/cloud/fabric/netns/time.test.ts',
  E1: EC2, E2: EC2, E4: AGENT, E5: 'the local cloud is consistent at once', E6: 'the waiters of SDKs', E7: 'API calls are not throttled',
  E8: AGENT, E9: AGENT, E10: AGENT,
};
