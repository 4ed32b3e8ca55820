import { describe, expect, it } from 'vitest';
import { printable } from '../../../../../src/lib/report/printable.js';
import { legText } from '../../../../../src/lib/report/diagram/words.js';
import { sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { textDiagram } from '../../../../../src/lib/report/diagram/text.js';
import { plainStyle } from '../../../../../src/lib/report/style.js';
import { cellWidth } from '../../../../../src/lib/report/table.js';
import { HOSTILE } from '../verify-file/outcomes.js';
import { brokenLab, halfLab, healthyLab, lab, large } from './networks.js';

const unicode = (scene: ReturnType<typeof sceneOf>, width?: number): string[] => textDiagram(scene, { style: plainStyle(), unicode: true, width });
const ascii = (scene: ReturnType<typeof sceneOf>, width?: number): string[] => textDiagram(scene, { style: plainStyle(false), unicode: false, width });

describe('the diagram as text', () => {
  it('is the lab at a glance', () => {
    expect(unicode(sceneOf(lab, healthyLab)).slice(3)).toEqual([
      'VPC1  vpc-00000000000000001  10.0.0.0/16         internet, Systems Manager ─┐',
      '┌─────────────────────────────────────────────── IGW igw-00000000000000001 ─◉──┐',
      '│ PublicSubnet  subnet-00000000000000001  10.0.1.0/24                       │  │',
      '│   ✔ 1 Instance1            10.0.1.16    198.18.0.11  SSH         ◀────────┤  │',
      '│   ✔ 2 Instance2            10.0.1.17    198.18.0.12  session     ────────▶┤  │',
      '│       NATGateway           NAT gateway  198.18.0.10              ◀─────┬─▶┘  │',
      '│                                                                        │     │',
      '│ PrivateSubnet1  subnet-00000000000000002  10.0.2.0/24                  │     │',
      '│   ✔ 3 Instance3            10.0.2.18    –            session     ─────▶┘     │',
      '└──────────────────────────────────────────────────────────────────────────────┘',
      '',
      'VPC2  vpc-00000000000000002  10.0.0.0/16',
      '┌──────────────────────────────────────────────────────────────────────────────┐',
      '│ PrivateSubnet2  subnet-00000000000000003  10.0.3.0/24                        │',
      '│   ✔ 4 Instance4            10.0.3.19    –            session     ────────▶┐  │',
      '│       SSMEndpoint          10.0.3.20    PrivateLink  ssm         ◀────────┤  │',
      '│       SSMMessagesEndpoint  10.0.3.21    PrivateLink  ssmmessages ◀────────┘  │',
      '│       EC2MessagesEndpoint  10.0.3.22    PrivateLink  ec2messages             │',
      '└──────────────────────────────────────────────────────────────────────────────┘',
      ' no internet gateway',
      '',
      '✔ open  ✘ closed  ? unknown',
    ]);
  });

  it('says where a way is cut and why, beside the row', () => {
    const text = unicode(sceneOf(lab, brokenLab)).join('\n');
    expect(text).toContain('│   ✘ 1 Instance1            10.0.1.16    198.18.0.11  SSH         ✘╌╌╌╌╌╌╌╌┤  │\n│       sg-00000000000000001: no rule admits tcp/22 from 198.51.100.7       │  │');
    expect(text).toContain('session     ╌╌╌╌╌╌╌╌✘┐  │\n│       sg-0000000000000000e: no rule admits tcp/443 from                   │  │');
    expect(text).toContain('│   ✘ 3 Instance3            10.0.2.18    –            session ✘ ');
    expect(text).toContain('no way in is open, 4 closed');
    expect(unicode(sceneOf(lab, halfLab)).join('\n')).toContain('◀┬╌╌│╌✘┘  │');
  });

  it('has an ASCII twin of the same shape', () => {
    const { snapshot, predictions } = large();
    for (const scene of [sceneOf(lab, healthyLab), sceneOf(lab, brokenLab), sceneOf(lab, halfLab), sceneOf({ ...snapshot, instances: snapshot.instances.filter(({ name }) => /^\w/u.test(name) && !/[^ -~]/u.test(name)) }, predictions)]) {
      const lines = ascii(scene);
      expect(lines.join('')).toMatch(/^[ -~]*$/u);
      expect(lines.filter((line) => line.startsWith('|')).length).toBe(unicode(scene).filter((line) => line.startsWith('│')).length);
    }
  });

  it.each([80, 100, 120, 300])('keeps every box a box, at %i columns', (width) => {
    const { snapshot, predictions } = large();
    for (const scene of [sceneOf(lab, healthyLab), sceneOf(lab, halfLab), sceneOf(snapshot, predictions)]) {
      const boxes = unicode(scene, width).filter((line) => /^[│┌└]/u.test(line));
      const widths = new Set(boxes.map(cellWidth));
      expect(widths.size).toBe(1);
      expect([...widths][0]).toBeLessThanOrEqual(Math.min(width, 120));
      expect(boxes.every((line) => /[│┐┘]$/u.test(line))).toBe(true);
    }
  });

  it('is a list where it finds no room, and is drawn from where that says on', () => {
    const { snapshot, predictions } = large();
    for (const scene of [sceneOf(lab, healthyLab), sceneOf(lab, brokenLab), sceneOf(lab, halfLab), sceneOf(snapshot, predictions)]) {
      const from = Number(/a list, for want of room: from (\d+)\s+columns on it is drawn/u.exec(unicode(scene, 50).join(' '))?.[1]);
      expect(from).toBeGreaterThan(50);
      expect(unicode(scene, from - 1).join('\n')).not.toMatch(/[│┌└]/u);
      const boxes = unicode(scene, from).filter((line) => /^[│┌└]/u.test(line));
      expect([...new Set(boxes.map(cellWidth))]).toEqual([from]);
    }
  });

  it('has in the list what the drawing has', () => {
    expect(unicode(sceneOf(lab, healthyLab), 60).slice(2)).toEqual([
      '4 ways in are open, as the configuration predicts; no packet',
      'was sent',
      'a list, for want of room: from 64 columns on it is drawn',
      '',
      'VPC1  vpc-00000000000000001  10.0.0.0/16',
      '  internet gateway  IGW  igw-00000000000000001',
      '  PublicSubnet  subnet-00000000000000001  10.0.1.0/24',
      '    ✔ 1 Instance1  10.0.1.16  198.18.0.11',
      '      SSH: open, through internet gateway',
      '        igw-00000000000000001',
      '    ✔ 2 Instance2  10.0.1.17  198.18.0.12',
      '      Session Manager: open, through internet gateway',
      '        igw-00000000000000001',
      '    NATGateway  nat-00000000000000001  NAT gateway',
      '      198.18.0.10',
      '  PrivateSubnet1  subnet-00000000000000002  10.0.2.0/24',
      '    ✔ 3 Instance3  10.0.2.18',
      '      Session Manager: open, through NAT gateway',
      '        nat-00000000000000001, internet gateway',
      '        igw-00000000000000001',
      '',
      'VPC2  vpc-00000000000000002  10.0.0.0/16',
      '  no internet gateway',
      '  PrivateSubnet2  subnet-00000000000000003  10.0.3.0/24',
      '    ✔ 4 Instance4  10.0.3.19',
      '      Session Manager: open, through endpoint',
      '        vpce-00000000000000001, endpoint',
      '        vpce-00000000000000002',
      '    SSMEndpoint  vpce-00000000000000001  endpoint ssm',
      '      10.0.3.20',
      '    SSMMessagesEndpoint  vpce-00000000000000002  endpoint',
      '      ssmmessages  10.0.3.21',
      '    EC2MessagesEndpoint  vpce-00000000000000003  endpoint',
      '      ec2messages  10.0.3.22',
      '',
      '✔ open  ✘ closed  ? unknown',
    ]);
  });

  it.each([40, 50, 60])('fits %i columns as a list that has every instance, each with its mark and its ways', (width) => {
    const { snapshot, predictions } = large();
    for (const scene of [sceneOf(lab, healthyLab), sceneOf(lab, brokenLab), sceneOf(lab, halfLab), sceneOf(snapshot, predictions)]) {
      const lines = unicode(scene, width);
      // Only a word that is longer than a line goes over the edge.
      for (const line of lines) expect(cellWidth(line) <= width || !line.trim().includes(' '), line).toBe(true);
      expect(lines.join('\n')).not.toMatch(/[│┌└]/u);
      const placed = scene.vpcs.flatMap((vpc) => vpc.subnets.flatMap((subnet) => subnet.things.filter((thing) => thing.kind === 'instance')));
      expect(lines.filter((line) => /^ {4}[✔✘?] \d/u.test(line))).toHaveLength(placed.length);
      const text = lines.map((line) => line.trim()).join(' ').replaceAll(/ {2,}/gu, ' ');
      for (const { legs } of placed) for (const leg of legs) expect(text).toContain(printable(legText(leg)).replaceAll(/ {2,}/gu, ' '));
    }
  });

  it('wraps its title in the terminal that it is drawn for, and in no pipe', () => {
    const scene = sceneOf({ ...lab, stack: 'a stack of many words '.repeat(5).trim() }, healthyLab);
    expect(Math.max(...unicode(scene, 80).map(cellWidth))).toBeLessThanOrEqual(80);
    expect(unicode(scene)[0]).toContain('UTC');
  });

  it('fits 80 columns with fifty instances', () => {
    const { snapshot, predictions } = large();
    const lines = unicode(sceneOf(snapshot, predictions));
    expect(Math.max(...lines.map(cellWidth))).toBe(80);
    expect(lines.filter((line) => /^│ {3}[✔✘]/u.test(line))).toHaveLength(50);
  });

  it.each(HOSTILE)('shows a name for what it is: %j', (text) => {
    const instances = lab.instances.map((instance) => ({ ...instance, name: text }));
    const names = Object.fromEntries(Object.keys(lab.names).map((key) => [key, text]));
    const scene = sceneOf({ ...lab, instances, names, stack: text, region: text }, healthyLab);
    for (const line of [...unicode(scene), ...unicode(scene, 50)]) {
      // oxlint-disable-next-line no-control-regex -- what a terminal would obey
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      if (/^[│┌└]/u.test(line)) expect(cellWidth(line)).toBe(80);
    }
  });
});
