import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { readExpectations } from '../../../../../src/lib/verify/expect/read.js';
import { resolveExpectations } from '../../../../../src/lib/verify/expect/resolve.js';
import { flowOf } from '../../../../../src/lib/verify/expect/words.js';
import { instances } from './snapshot.js';

const resolve = (entries: string) => resolveExpectations(readExpectations(`version: 1\ninstances:\n${entries}`, 'f.yaml'), instances);

function refused(entries: string): readonly [string, number, string] {
  try {
    resolve(entries);
  } catch (error) {
    if (error instanceof SsmlabError) return [error.code, error.exit, error.message];
    throw error;
  }
  return ['accepted', 0, ''];
}

describe('expectations of the instances that are there', () => {
  it('are gathered from every entry that means an instance, in the order of the instances', () => {
    const expected = resolve('  - { select: [Kilo, "tag:tier=front"], ping: silence }\n  - { select: "*", ssh: closed }\n  - { select: Mike, ping: silence, egress: own }\n');
    expect(expected.map(({ instance, ping, ssh, egress }) => [instance.name, ping, ssh, egress])).toEqual([
      ['Mike', 'silence', 'closed', 'own'], ['Zulu', 'silence', 'closed', undefined], ['Alpha', undefined, 'closed', undefined], ['Kilo', 'silence', 'closed', undefined], ['Other', undefined, 'closed', undefined],
    ]);
  });

  it('name each far instance, never the instance itself', () => {
    const flows = resolve('  - { select: "tag:tier=front", from: { "*": { tcp/22: closed }, internet: { tcp/22: closed } } }\n').map(({ instance, flows: its }) => `${instance.name}: ${its.map(({ rule, far }) => far?.name ?? rule.far.text).join(' ')}`);
    expect(flows).toEqual(['Mike: Zulu Alpha Kilo Other internet', 'Zulu: Mike Alpha Kilo Other internet']);
  });

  it('say the same twice without harm', () => {
    expect(resolve('  - { select: Mike, reach: { "tag:tier=back": { icmp: open } } }\n  - { select: "*", reach: { Alpha: { icmp: open } } }\n  - { select: Alpha, ssh: closed }\n'.replace('select: "*"', 'select: [Mike, Zulu]'))[0]?.flows.map(({ far }) => far?.name)).toEqual(['Alpha', 'Kilo', 'Other']);
  });

  it.each([
    ['  - { select: Mik, ssh: open }\n', '3:15: "Mik" matches no instance; did you mean Mike?'],
    ['  - { select: [Mike, i-1f], ssh: open }\n', '3:22: "i-1f" matches no instance; did you mean i-1'],
    ['  - { select: "web-*", ssh: open }\n', '3:15: "web-*" matches no instance; there are Mike, Zulu, Alpha, Kilo, Other'],
    ['  - { select: "tag:tier=fron", ssh: open }\n', '3:15: "tag:tier=fron" matches no instance; did you mean tag:tier=front'],
    ['  - { select: "tag:tire", ssh: open }\n', '3:15: "tag:tire" matches no instance; did you mean tag:tier?'],
    ['  - { select: "tag:tier=front & Kilo", ssh: open }\n', '3:15: "tag:tier=front & Kilo" matches no instance'],
    ['  - { select: Mike, from: { Zulo: { icmp: open } } }\n', '3:29: "Zulo" matches no instance; did you mean Zulu?'],
    ['  - { select: Mike, from: { intrenet: { icmp: open } } }\n', '3:29: "intrenet" matches no instance; did you mean internet?'],
    ['  - { select: Mike, from: { Mike: { icmp: open } } }\n', '3:29: "Mike" matches no other instance than Mike itself'],
  ])('where a selector matches nothing there is nothing to judge: %j', (entries, why) => {
    const [code, exit, message] = refused(entries);
    expect([code, exit]).toEqual(['expectations-unmatched', 3]);
    expect(message).toContain(`f.yaml:${why}`);
  });

  it('names every selector that matches nothing', () => {
    expect(refused('  - { select: a-1, ssh: open }\n  - { select: [b-2, Mike], ping: silence }\n')[2].split('\n')).toHaveLength(2);
  });

  it.each([
    ['  - { select: Mike, ssh: open }\n  - { select: "M*", ssh: closed }\n', '4:26: ssh of Mike is closed here and open in line 3'],
    ['  - { select: Mike, reach: { Alpha: { icmp: open }, "tag:tier=back": { icmp: closed } } }\n', '3:72: icmp to Alpha of Mike is closed here and open in line 3'],
  ])('a file does not contradict itself: %j', (entries, why) => {
    expect(refused(entries)).toEqual(['expectations-invalid', 3, `f.yaml:${why}`]);
  });

  it.each([
    ['from: { internet: { tcp/22: open, all: closed } }', '3:55: "all: closed" contradicts "tcp/22: open" in line 3: both mean tcp/22'],
    ['from: { internet: { all: closed, tcp/22: open } }', '3:54: "tcp/22: open" contradicts "all: closed" in line 3: both mean tcp/22'],
    ['reach: { internet: { icmp: open, all: closed } }', '3:54: "all: closed" contradicts "icmp: open" in line 3: both mean icmp'],
    ['reach: { Alpha: { tcp/1-100: open, tcp/50-200: closed } }', '3:56: "tcp/50-200: closed" contradicts "tcp/1-100: open" in line 3: both mean tcp/50-100'],
    ['reach: { 10.0.0.0/16: { udp: open, udp/53: closed } }', '3:56: "udp/53: closed" contradicts "udp: open" in line 3: both mean udp/53'],
  ])('nor in one place: %s', (members, why) => {
    expect(refused(`  - { select: Mike, ${members} }\n`)).toEqual(['expectations-invalid', 3, `f.yaml:${why}`]);
  });

  it('nor across entries and selectors, and says it once, however many instances are meant', () => {
    expect(refused('  - { select: "tag:tier=front", reach: { Alpha: { tcp/443: open } } }\n  - { select: "*", reach: { "A*": { all: closed } } }\n'.replace('select: "*"', 'select: [Mike, Zulu]'))[2]).toBe('f.yaml:4:46: "all: closed" contradicts "tcp/443: open" in line 3: both mean tcp/443');
  });

  it.each([
    'from: { internet: { tcp/22: open, tcp/1-21: closed, tcp/23-65535: closed, udp: closed, icmp: closed } }',
    'from: { internet: { all: closed }, here: { tcp/22: open } }',
    'from: { internet: { all: closed } }, reach: { internet: { all: open } }',
    'from: { internet: { tcp/22: closed, tcp: closed, all: closed } }',
    'reach: { Alpha: { all: closed }, Kilo: { tcp/22: open } }',
    'reach: { internet: { tcp/53: open, udp/53: closed } }',
  ])('where no packet is meant by both nothing is refused: %s', (members) => {
    expect(refused(`  - { select: Mike, ${members} }\n`)).toEqual(['accepted', 0, '']);
  });

  it('finds every contradiction that comparing each with each finds, and no other', () => {
    const flow = fc.oneof(fc.constantFrom('all', 'tcp', 'udp', 'icmp'), fc.tuple(fc.constantFrom('tcp', 'udp'), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 })).map(([protocol, from, more]) => `${protocol}/${from}-${from + more}`));
    const members = fc.uniqueArray(fc.tuple(flow, fc.constantFrom('open', 'closed')), { minLength: 1, maxLength: 6, selector: ([text]) => text });
    let [taken, not] = [0, 0];
    fc.assert(fc.property(members, (flows) => {
      const specs = flows.map(([text, is]) => ({ ...flowOf(text), is }));
      const clash = specs.some((a) => specs.some((b) => a.is !== b.is && (a.protocols ?? []).some((protocol) => (b.protocols ?? []).includes(protocol) && (protocol === 'icmp' || ((a.ports?.from ?? 0) <= (b.ports?.to ?? 0) && (b.ports?.from ?? 0) <= (a.ports?.to ?? 0))))));
      const said = refused(`  - { select: Mike, reach: { internet: { ${flows.map(([text, is]) => `${text}: ${is}`).join(', ')} } } }\n`);
      if (clash) not++;
      else taken++;
      expect(said[0]).toBe(clash ? 'expectations-invalid' : 'accepted');
    }), { numRuns: 1000 });
    expect(Math.min(taken, not)).toBeGreaterThan(50);
  });

  it('tells far instances of one name apart', () => {
    const twins = instances.map((instance) => ({ ...instance, name: instance.name === 'Kilo' ? 'Alpha' : instance.name }));
    const expected = resolveExpectations(readExpectations('version: 1\ninstances: [{ select: Mike, reach: { "name:Alpha": { icmp: open } } }]\n', 'f.yaml'), twins);
    expect(expected[0]?.flows.map(({ far }) => far?.instanceId)).toEqual(['i-3', 'i-4']);
  });

  it('a name that is nearly right is told the nearest first', () => {
    const lab = instances.map((instance, i) => ({ ...instance, name: `Instance${5 - i}`, logicalId: null }));
    const near = (select: string): string => {
      try {
        resolveExpectations(readExpectations(`version: 1\ninstances: [{ select: ${select}, ssh: open }]\n`, 'f.yaml'), lab);
      } catch (error) {
        return (error as SsmlabError).message;
      }
      return 'accepted';
    };
    expect(near('Instnce1')).toMatch(/did you mean Instance1\b/u);
    expect(near('Instance')).toMatch(/did you mean Instance/u);
  });
});
