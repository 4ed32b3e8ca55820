/** An explanation on the screen. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { explain, type Explanation } from '../../../../src/lib/explain/explanation.js';
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import type { Way } from '../../../../src/lib/reachability/asked-way.js';
import { commandLines, explainLines } from '../../../../src/lib/report/explain.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { entry, LAB, OPEN_ENTRIES, setEgress, setEntries, setIngress, type Change } from '../../../conformance/fabric/lab-network.js';
import { labSnapshot } from '../lab-snapshot.js';

const session = (number: number): Way => ({ kind: 'session-manager', instanceId: `i-${number}` });
const flow = (eni: string, to: string, port: number): Way => ({ kind: 'flow', question: { from: { kind: 'interface', networkInterfaceId: eni }, to, protocol: 'tcp', port } });

const of = (number: number, way: Way, snapshot: Snapshot): Explanation => explain(snapshot, indexModel(snapshot.network), { instance: { number, name: `Instance${number}`, instanceId: `i-${number}` }, way, from: 'from its agent', to: 'ssm and ssmmessages' });
const lines = (explanation: Explanation, over: object = {}): string[] => explainLines(explanation, { style: plainStyle(), ...over });
const lab = (...changes: readonly Change[]): Snapshot => labSnapshot(...changes);

describe('explainLines', () => {
  it('says an open way in a sentence, with no remedy, and the second service only where it differs', () => {
    const text = lines(of(4, session(4), lab()));
    expect(text[0]).toBe('Instance4 (i-4): Session Manager, from its agent to ssm and ssmmessages');
    expect(text[1]).toBe('as the configuration says, read 2026-11-29 20:00:00 UTC; no packet is sent');
    expect(text).toContain('ssmmessages, the same way but for');
    expect(text.filter((line) => line.includes('EndpointSecurityGroup: admits'))).toHaveLength(1);
    expect(text.at(-1)).toBe('Open: its agent reaches both services.');
    expect(lines(of(4, session(4), lab()), { wide: true }).filter((line) => line.includes('EndpointSecurityGroup: admits'))).toHaveLength(2);
  });

  it('names the group and the missing rule, and the command that adds it', () => {
    const text = lines(of(4, session(4), lab(setIngress(LAB.sgEndpoint))));
    expect(text).toContain('  ✘ security group    EndpointSecurityGroup: no ingress rule admits tcp/443 from 10.0.3.19  sg-endpoint');
    expect(text).toContain('Closed by sg-endpoint (EndpointSecurityGroup): no ingress rule admits tcp/443 from 10.0.3.19.');
    expect(text).toContain('What opens it: sg-endpoint (EndpointSecurityGroup) has to admit tcp/443 from sg-3 (InstanceSecurityGroup3).');
    expect(text).toContain('  aws ec2 authorize-security-group-ingress --group-id sg-endpoint --protocol tcp --port 443 --source-group sg-3');
    expect(text.at(-1)).toBe('  (in a shell after: eval "$(ssmlab local env)")');
  });

  it('says what is left to chance, and the command that makes it certain', () => {
    const denied = entry(90, false, 'deny', { protocol: '6', portRange: { from: 3389, to: 3389 } });
    const text = lines(of(3, session(3), lab(setEntries(LAB.acl.public, denied, ...OPEN_ENTRIES))));
    const why = 'loses answers to port 3389: it depends on the port that the asker or a NAT gateway takes';
    expect(text).toContain(`  ? network ACL       ${why}  acl-public ingress rule 90`);
    const at = text.indexOf('Unknown: it cannot be judged.');
    expect(text.slice(at)).toEqual([
      'Unknown: it cannot be judged.',
      `  ? acl-public ingress rule 90 ${why}`,
      '',
      'What opens it for certain: acl-public has to let tcp/1024-65535 in from 0.0.0.0/0, by an entry numbered 10.',
      '  aws ec2 create-network-acl-entry --network-acl-id acl-public --ingress --rule-number 10 --protocol 6 --port-range From=1024,To=65535 --cidr-block 0.0.0.0/0 --rule-action allow',
      '  (in a shell after: eval "$(ssmlab local env)")',
    ]);
  });

  it('lists everything that blocks, with AWS\'s codes, where no single change is enough', () => {
    const text = lines(of(4, session(4), lab(setIngress(LAB.sgEndpoint), setEgress(LAB.sg3))));
    const at = text.indexOf('Closed: 2 things are in the way.');
    expect(text.slice(at)).toEqual([
      'Closed: 2 things are in the way.',
      '  ✘ sg-3 (InstanceSecurityGroup3): no egress rule admits tcp/443 to 10.0.3.50',
      '    SG_HAS_NO_RULES',
      '  ✘ sg-endpoint (EndpointSecurityGroup): no ingress rule admits tcp/443 from 10.0.3.19',
      '    SG_HAS_NO_RULES',
      'No single change opens it.',
    ]);
  });

  it('shows what NAT makes of the header, and the way back only where it matters', () => {
    const out = lines(of(3, flow(LAB.eni.three, '8.8.8.8', 443), lab()));
    expect(out).toContain('  ✔ NAT gateway       source 10.0.2.18:32768 becomes 10.0.1.200:1024  nat-1');
    expect(out).toContain('  ✔ internet gateway  source 10.0.1.200 becomes 198.18.0.10  igw-1');
    expect(out).not.toContain('and the answer back');
    expect(lines(of(3, flow(LAB.eni.three, '8.8.8.8', 443), lab()), { wide: true })).toContain('and the answer back');
    const lost = lines(of(3, flow(LAB.eni.three, '8.8.8.8', 443), lab(setEntries(LAB.acl.private1, entry(90, false, 'deny'), ...OPEN_ENTRIES))));
    expect(lost).toContain('and the answer back');
    expect(lost.some((line) => line.startsWith('  ✘ network ACL') && line.endsWith('acl-private1 ingress rule 90'))).toBe(true);
  });

  it('is unknown with what could not be read, by the action', () => {
    const text = lines(of(3, flow(LAB.eni.three, '8.8.8.8', 443), { ...lab((model) => ({ ...model, networkAcls: [] })), unread: [{ part: 'networkAcls', action: 'ec2:DescribeNetworkAcls', code: 'UnauthorizedOperation', message: 'no' }] }));
    expect(text).toContain('Unknown: it cannot be judged.');
    expect(text.at(-1)).toContain('ec2:DescribeNetworkAcls');
    expect(text.some((line) => line.startsWith('  ? network ACL'))).toBe(true);
  });

  it('fits 80 columns, in plain symbols too, and no command is cut in a word', () => {
    for (const snapshot of [lab(), lab(setIngress(LAB.sgEndpoint)), lab(setIngress(LAB.sgEndpoint), setEgress(LAB.sg3))]) {
      for (const unicode of [true, false]) {
        const text = explainLines(of(4, session(4), snapshot), { style: plainStyle(unicode), width: 80, wide: true });
        expect(text.filter((line) => line.length > 80)).toEqual([]);
      }
    }
  });

  it('fits every narrow width, with what goes on under what it belongs to; only a command keeps its words', () => {
    const explanation = of(4, session(4), lab(setIngress(LAB.sgEndpoint)));
    for (let width = 30; width <= 80; width += 1) {
      const text = lines(explanation, { width });
      expect(text.filter((line) => line.length > width && !/^ {2}(?: {4})?(?:aws|--)|^ {2}\(in a shell/u.test(line)), String(width)).toEqual([]);
    }
    const at = lines(explanation, { width: 60 }).findIndex((line) => line.startsWith('  ✔ identity'));
    expect(lines(explanation, { width: 60 }).slice(at, at + 4)).toEqual([
      '  ✔ identity          its role lets it register and open',
      '                      channels: arn:aws:iam::aws:policy/',
      '                      AmazonSSMManagedInstanceCore,',
      '                      statement 1',
    ]);
  });

  it('says that an address stands for the internet, and what that makes of the command', () => {
    const snapshot = lab();
    const way: Way = { kind: 'flow', question: { from: { kind: 'internet', address: '8.8.8.8' }, to: LAB.public.two, protocol: 'tcp', port: 22 } };
    const asked = { instance: { number: 2, name: 'Instance2', instanceId: 'i-2' }, way, from: 'the internet (8.8.8.8 stands for it)', to: `it (${LAB.public.two}), port 22` };
    const note = '  8.8.8.8 stands for the internet: the command opens it to that address only. Put the address that you come from in its place.';
    const text = lines(explain(snapshot, indexModel(snapshot.network), { ...asked, standIn: '8.8.8.8' }));
    expect(text[0]).toContain('from the internet (8.8.8.8 stands for it) to it');
    const at = text.findIndex((line) => line.includes('--cidr 8.8.8.8/32'));
    expect(text[at + 1]).toBe(note);
    expect(lines(explain(snapshot, indexModel(snapshot.network), { ...asked, standIn: '8.8.8.8' }), { width: 80 }).slice(-3, -1)).toEqual([
      '  8.8.8.8 stands for the internet: the command opens it to that address',
      '    only. Put the address that you come from in its place.',
    ]);
    expect(lines(explain(snapshot, indexModel(snapshot.network), asked))).not.toContain(note);
  });

  it('calls the program as the user can', () => {
    expect(lines(of(4, session(4), lab(setIngress(LAB.sgEndpoint))), { program: 'npx ssmlab' }).at(-1)).toBe('  (in a shell after: eval "$(npx ssmlab local env)")');
  });

  it('colours what means something, and the text below is the same', () => {
    const mark = (code: number) => (text: string): string => `\u001B[${code}m${text}\u001B[0m`;
    const style = { ...plainStyle(), good: mark(32), bad: mark(31), doubt: mark(33), dim: mark(2), strong: mark(1) };
    const explanation = of(4, session(4), lab(setIngress(LAB.sgEndpoint)));
    const coloured = explainLines(explanation, { style, width: 80 });
    expect(coloured.join('\n')).toContain('\u001B[31m✘\u001B[0m');
    expect(coloured.map(stripVTControlCharacters)).toEqual(lines(explanation, { width: 80 }));
  });

  it('shows what a name would do to the terminal, in the text and in the command', () => {
    const evil = { ...lab(setIngress(LAB.sgEndpoint)), names: { [LAB.sgEndpoint]: 'a\u001B]0;b\u0007\n::error::' } };
    const text = lines({ ...of(4, session(4), evil), instance: { number: 4, name: 'x\u001B[2J', instanceId: 'i-4' } });
    expect(text.join('')).not.toMatch(/[\u0000-\u001f]/u); // oxlint-disable-line no-control-regex -- the very characters that must not be there
    expect(text.some((line) => line.startsWith('::'))).toBe(false);
  });
});

describe('commandLines', () => {
  it('breaks before options, and a shell reads one command', () => {
    const command = ['aws', 'ec2', 'create-vpc-endpoint', '--security-group-ids', 'sg-1', 'sg-2', '--policy-document', '{"a": "it\'s"}'];
    expect(commandLines(command)).toEqual(['  aws ec2 create-vpc-endpoint --security-group-ids sg-1 sg-2 --policy-document \'{"a": "it\'\\\'\'s"}\'']);
    expect(commandLines(command, 60)).toEqual(['  aws ec2 create-vpc-endpoint \\', '      --security-group-ids sg-1 sg-2 \\', '      --policy-document \'{"a": "it\'\\\'\'s"}\'']);
  });
});
