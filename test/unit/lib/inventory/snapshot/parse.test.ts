import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { lineOfPath, lineOfSyntaxError } from '../../../../../src/lib/inventory/snapshot/json-place.js';
import { parseSnapshot, snapshotText } from '../../../../../src/lib/inventory/snapshot/parse.js';
import type { Snapshot } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
import { SAMPLE } from './sample.js';

const text = snapshotText(SAMPLE);
const refusal = (json: string): string => {
  try {
    parseSnapshot('s.json', json);
  } catch (error) {
    if (error instanceof SsmlabError && error.code === 'snapshot-invalid') return error.message;
    throw error;
  }
  throw new Error('it was taken');
};
/** The text with one line changed, which has to be there once. */
const changed = (line: string, other: string): string => {
  expect(text.split(line)).toHaveLength(2);
  return text.replace(line, other);
};
const lineOf = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('a snapshot as text', () => {
  it('comes back as it was', () => {
    expect(parseSnapshot('s.json', text)).toEqual(SAMPLE);
    expect(snapshotText(parseSnapshot('s.json', text))).toBe(text);
  });

  it('is the same whatever the order in which the APIs told it', () => {
    const { network } = SAMPLE;
    const reversed: Snapshot = {
      ...SAMPLE,
      network: {
        ...network,
        networkInterfaces: network.networkInterfaces.toReversed(),
        subnets: network.subnets.toReversed(),
        routeTables: network.routeTables.map((table) => ({ ...table, routes: table.routes.toReversed() })),
        networkAcls: network.networkAcls.map((acl) => ({ ...acl, entries: acl.entries.toReversed() })),
        securityGroups: network.securityGroups.map((group) => ({ ...group, ingress: group.ingress.toReversed() })),
      },
      instances: SAMPLE.instances.map((each) => ({ ...each, tags: Object.fromEntries(Object.entries(each.tags).toReversed()) })),
      profiles: SAMPLE.profiles.toReversed(),
    };
    expect(snapshotText(reversed)).toBe(text);
  });

  it('keeps the order that means something: a VPC\'s primary prefix is its first', () => {
    const [vpc] = SAMPLE.network.vpcs;
    const other = { ...SAMPLE, network: { ...SAMPLE.network, vpcs: vpc === undefined ? [] : [{ ...vpc, cidrs: ['10.1.0.0/16', '10.0.0.0/16'] }] } };
    expect(parseSnapshot('s.json', snapshotText(other)).network.vpcs[0]?.cidrs).toEqual(['10.1.0.0/16', '10.0.0.0/16']);
  });

  it.each<[string, string, string]>([
    ['"cidr": "10.0.1.0/24"', '"cidr": "10.0.1.0/33"', 'network.subnets[0].cidr is "10.0.1.0/33", which is not an IPv4 prefix or empty'],
    ['"privateIp": "10.0.1.16"', '"privateIp": "10.0.1.256"', 'network.networkInterfaces[0].privateIp is "10.0.1.256", which is not an IPv4 address or empty'],
    ['"state": "running"', '"state": 7', 'instances[0].state is 7, which is not a text'],
    ['"main": true', '"main": "yes"', 'network.routeTables[0].main is "yes", which is not true or false'],
    ['"targetKind": "local"', '"targetKind": "vpn"', 'network.routeTables[0].routes[1].targetKind is "vpn", which is not one of "local", "internet-gateway"'],
    ['"ruleNumber": 100', '"ruleNumber": 1.5', 'network.networkAcls[0].entries[1].ruleNumber is 1.5, which is not a whole number'],
    ['"takenAt": "2026-11-29T01:02:03.000Z"', '"takenAt": "yesterday"', 'takenAt is "yesterday", which is not a moment in UTC'],
    ['"hopLimit": 2', '"hopLimits": 2', 'instances[0].metadata.hopLimits is no member that belongs here'],
    ['"networkInterfaceId": "eni-1"', '"networkInterfaceId": "eni-2"', 'network.networkInterfaces[1] is a second eni-2'],
    ['"vpce-1": "{', '"vpce-1": {"a": 1}, "x": "{', 'endpointPolicies["vpce-1"] is {"a":1}, which is not a text'],
    ['"part": "networkAcls"', '"part": "weather"', 'unread[0].part is "weather", which is not one of "instances"'],
    ['"kind": "ssmlab-snapshot"', '"kind": "picture"', 'kind is "picture", which is not "ssmlab-snapshot"'],
    ['"version": 1,', '"version": "1",', 'version is "1", which is not 1'],
    ['"boundary": {', '"boundary": 3, "x": {', 'profiles[1].role.x is no member that belongs here'],
  ])('%s → %s', (line, other, why) => {
    expect(refusal(changed(line, other))).toContain(`: ${why}`);
  });

  it('names the line, that of what lacks a member too', () => {
    expect(refusal(changed('"cidr": "10.0.1.0/24"', '"cidr": "x"'))).toMatch(new RegExp(`^s\\.json line ${lineOf('"cidr": "10.0.1.0/24"')}: network`));
    expect(refusal(changed('          "destination": "10.0.0.0/16",\n', ''))).toBe(`s.json line ${lineOf('          "destination": "10.0.0.0/16"') - 1}: network.routeTables[0].routes[1].destination is missing: a text is wanted`);
    expect(refusal(text.replace('"up": true', '"up": maybe'))).toBe(`s.json line ${lineOf('"up": true')}: this is no JSON`);
    expect(refusal(text.slice(0, 200))).toMatch(/^s\.json line \d+: this is no JSON$/);
  });

  it('is told apart from what it is not', () => {
    expect(refusal('')).toBe('s.json line 1: this is no JSON');
    expect(refusal('[]')).toBe('s.json line 1: the document is [], which is not an object');
    expect(refusal('{}')).toContain('kind is missing');
    expect(refusal(changed('"version": 1,', '"version": 2, "sky": "blue",'))).toBe('s.json is a snapshot of version 2, and this ssmlab reads version 1');
    expect(refusal(text.replace('"names": {', '"__proto__": {"x": 1}, "names": {'))).toContain('__proto__ is no member that belongs here');
  });

  it('names no other error than its own for any damage (property)', () => {
    fc.assert(fc.property(fc.nat(text.length - 1), fc.constantFrom('', '"', '{', ']', ',', '0', 'null', '\\', '\u0000'), (at, put) => {
      const damaged = text.slice(0, at) + put + text.slice(at + 1);
      try {
        parseSnapshot('s.json', damaged);
      } catch (error) {
        expect(error).toMatchObject({ code: 'snapshot-invalid', message: expect.stringMatching(/^s\.json (line \d+: |is a snapshot of version)/) as string });
      }
    }));
  });
});

it('finds the line of any value (property)', () => {
  const key = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', '}', '__proto__'), fc.string({ maxLength: 3 }));
  const json = fc.letrec((tie) => ({ value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(key, tie('value'), { maxKeys: 4 })) })).value;
  fc.assert(fc.property(json, fc.infiniteStream(fc.nat()), (value, picks) => {
    const written = JSON.stringify(value, null, 1);
    const path: (string | number)[] = [];
    let at: unknown = value;
    while (typeof at === 'object' && at !== null) {
      const entries: [string | number, unknown][] = Array.isArray(at) ? [...(at as unknown[]).entries()] : Object.entries(at);
      const picked = entries[(picks.next().value as number) % Math.max(1, entries.length)];
      if (picked === undefined) break;
      path.push(picked[0]);
      at = picked[1];
    }
    // Written with the value marked, its line is that of the mark.
    let here = true;
    const mark = (node: unknown, way: readonly (string | number)[]): unknown => {
      if (way.length === 0) return 'MARK\u0001';
      const [first, ...rest] = way;
      if (Array.isArray(node)) return node.map((each: unknown, index) => (index === first ? mark(each, rest) : each));
      return Object.fromEntries(Object.entries(node as object).map(([name, each]) => [name, name === first ? mark(each, rest) : each]));
    };
    const marked = JSON.stringify(mark(value, path), null, 1).split('\n').findIndex((line) => line.includes('MARK\\u0001'));
    here &&= marked >= 0;
    expect(here).toBe(true);
    expect(lineOfPath(written, path)).toBe(marked + 1);
  }));
});

describe('the line on which a text stops to be JSON', () => {
  it.each<[string, number]>([
    ['{\n"a": 1,\n}', 3], ['{\n"a": 1\n"b": 2}', 3], ['[1,\n2,\n\n,3]', 4], ['{"a":\n\nmaybe}', 3], ['{\n"a": 01}', 2], ['["a\nb"]', 1], ['{\n"a": [1, 2\n}', 3], ['{\n"a"\n1}', 3], ['[\n1]\n]', 3], ['{\n"a": "\\x"}', 2], ['\n\n[1,\n', 3], ['', 1],
  ])('%j: %d', (json, line) => {
    expect(() => JSON.parse(json) as unknown).toThrow();
    expect(lineOfSyntaxError(json)).toBe(line);
  });

  it('is beyond the end of what is JSON (property)', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value, null, 1);
      expect(lineOfSyntaxError(`${json}\n\n!`)).toBe(json.split('\n').length + 2);
    }));
  });
});
