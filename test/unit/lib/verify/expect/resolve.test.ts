import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { readExpectations } from '../../../../../src/lib/verify/expect/read.js';
import { resolveExpectations } from '../../../../../src/lib/verify/expect/resolve.js';
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
});
