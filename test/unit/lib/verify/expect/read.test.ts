import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { readExpectations } from '../../../../../src/lib/verify/expect/read.js';
import { EXPECTATIONS_SCHEMA } from '../../../../../src/lib/verify/expect/schema.js';
import { globMatches, selected, selectorOf } from '../../../../../src/lib/verify/expect/words.js';
import { accepts } from './schema-judge.js';

const root = join(import.meta.dirname, '../../../../..');
const published = join(root, 'docs/schemas/expectations.schema.json');

const entry = (members: string): string => `version: 1\ninstances:\n  - select: web\n    ${members}\n`;

/** What parser and schema both take. */
const ACCEPTED: readonly string[] = [
  entry('ssh: open'),
  entry('session-manager: closed'),
  entry('public-ipv4: none'),
  entry('public-ipv4: 198.18.0.11'),
  entry('egress: nat-gateway'),
  entry('ping: silence'),
  entry('reach: { internet: { icmp: open, tcp/443: closed } }'),
  entry('from: { 10.0.0.0/16: { tcp/22: open }, 203.0.113.7: { all: closed }, here: { tcp/8000-8080: open } }'),
  entry('from: { "tag:role=db & name:a*": { udp/53: open }, i-0abc: { tcp: closed } }'),
  'version: 1\ninstances:\n  - select: ["*", "tag:env", "id:i-0*"]\n    ssh: closed\n',
  'version: 1\ninstances:\n  - select: &all [name:internet, Web Server 1]\n    ssh: &no closed\n  - select: *all\n    ping: silence\n    session-manager: *no\n',
  '{"version": 1, "instances": [{"select": "tag:k=", "ping": "replies"}]}',
];

/** What neither takes: the text, and what the parser says of it. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['', 'f.yaml is empty'],
  [' \n\n', 'f.yaml is empty'],
  ['# nothing yet\n', 'f.yaml:1:1: nothing is not a file of expectations'],
  ['[]', 'f.yaml:1:1: a list is not a file of expectations'],
  ['version: 2\ninstances: [{ select: a, ssh: open }]\n', 'f.yaml:1:10: version 2 is not known; this program reads version 1'],
  ['instances: [{ select: a, ssh: open }]\n', 'f.yaml:1:1: it lacks `version: 1`'],
  ['version: 1\n', 'f.yaml:1:1: it lacks `instances`'],
  ['version: 1\ninstances: []\n', 'f.yaml:2:12: nothing is expected: the list is empty'],
  ['version: 1\ninstances: {}\n', 'f.yaml:2:12: `instances` is not a list'],
  ['version: 1\ninstance: []\ninstances: [{ select: a, ssh: open }]\n', 'f.yaml:2:1: "instance" is not known here; did you mean instances?'],
  ['version: 1\ninstances:\n  - ssh: open\n', 'f.yaml:3:5: it lacks `select`: which instances are meant'],
  ['version: 1\ninstances:\n  - select: a\n', 'f.yaml:3:5: nothing is expected of them; there are session-manager, ssh, public-ipv4, ping, egress, reach, from'],
  ['version: 1\ninstances:\n  - select: []\n    ssh: open\n', 'f.yaml:3:13: the list of selectors is empty'],
  ['version: 1\ninstances:\n  - select: 1\n    ssh: open\n', 'f.yaml:3:13: "1" is not a selector'],
  ['version: 1\ninstances:\n  - select: internet\n    ssh: open\n', 'f.yaml:3:13: "internet" is a place, not an instance; one of that name is name:internet'],
  ['version: 1\ninstances:\n  - select: tags:role=db\n    ssh: open\n', 'f.yaml:3:13: "tags:role=db": there is no selector tags:; did you mean tag?'],
  ['version: 1\ninstances:\n  - select: a &\n    ssh: open\n', 'f.yaml:3:13: "a &" is not a selector'],
  [entry('ssh: opne'), 'f.yaml:4:10: "opne" is neither open nor closed; did you mean open?'],
  [entry('ssh: true'), 'f.yaml:4:10: "true" is neither open nor closed'],
  [entry('ssh:'), 'f.yaml:4:9: nothing is neither open nor closed'],
  ['version: 1\ninstances:\n  - &a { select: a, ssh: open }\n  - { <<: *a, select: b }\n', 'f.yaml:4:7: "<<" is no part of YAML 1.2: an alias stands for the whole value'],
  [entry('sssh: open'), 'f.yaml:4:5: "sssh" is not known here; did you mean ssh?'],
  [entry('public-ipv4: 198.18.0.256'), 'f.yaml:4:18: "198.18.0.256" is none of own, none, and no IPv4 address'],
  [entry('egress: nat'), 'f.yaml:4:13: "nat" is none of own, nat-gateway, none, and no IPv4 address; did you mean nat-gateway?'],
  [entry('ping: reply'), 'f.yaml:4:11: "reply" is neither replies nor silence'],
  [entry('reach: internet'), 'f.yaml:4:12: "internet" is not a mapping of places'],
  [entry('reach: {}'), 'f.yaml:4:12: "reach" says nothing'],
  [entry('reach: { internet: {} }'), 'f.yaml:4:24: nothing is said of "internet"'],
  [entry('reach: { 10.0.0/8: { icmp: open } }'), 'f.yaml:4:14: "10.0.0/8" is not a place'],
  [entry('reach: { 10.0.0.0/33: { icmp: open } }'), 'f.yaml:4:14: "10.0.0.0/33" is not a place'],
  [entry('reach: { internet: { tcp/0: open } }'), 'f.yaml:4:26: "tcp/0" is not a flow: ports begin at 1'],
  [entry('reach: { internet: { tcp/65536: open } }'), 'f.yaml:4:26: "tcp/65536" is not a flow: ports end at 65535'],
  [entry('reach: { internet: { icmp/8: open } }'), 'f.yaml:4:26: "icmp/8" is not a flow: tcp/22, udp/53'],
  [entry('from: { internet: { ssh: open } }'), 'f.yaml:4:25: "ssh" is not a flow'],
  [entry('from: { internet: { tcp/22: shut } }'), 'f.yaml:4:33: "shut" is neither open nor closed'],
];

/** What only the program can say. */
const PROGRAM_ONLY: readonly (readonly [string, string])[] = [
  [entry('reach: { internet: { tcp/90-80: open } }'), 'f.yaml:4:26: "tcp/90-80" is not a flow: its range runs backwards; tcp/80-90 is'],
  [entry('reach: { internet: { udp/99999-3: open } }'), 'f.yaml:4:26: "udp/99999-3" is not a flow: ports end at 65535'],
  [entry('reach: { internet: { tcp/022: open } }'), 'f.yaml:4:26: "tcp/022" is not a flow: a port has no zeros before it'],
  [entry('ssh: open\n    ssh: open'), 'f.yaml:5:5: not well-formed YAML: Map keys must be unique'],
  ['version: 1\ninstances:\n  - select: *\n    ssh: open\n', 'a glob is written in quotes: "*"'],
  ['version: 1\ninstances:\n  - select: *-web\n    ssh: open\n', 'f.yaml:3:13: YAML reads a word that begins with * as an alias, and there is no anchor &-web; a glob is written in quotes: "*-web"'],
  ['version: 1\ninstances: [\n', 'f.yaml:3:1: not well-formed YAML'],
  [entry('ssh: !secret open'), 'f.yaml:4:10: not well-formed YAML: Unresolved tag: !secret'],
  ['version: 1\n---\nversion: 1\n', 'not well-formed YAML'],
];

function said(text: string): string {
  try {
    readExpectations(text, 'f.yaml');
    return 'accepted';
  } catch (error) {
    if (!(error instanceof SsmlabError)) throw error;
    expect(error.code).toBe('expectations-invalid');
    return error.message;
  }
}

describe('a file of expectations', () => {
  it.each(ACCEPTED)('is taken by parser and schema: %j', (text) => {
    expect(said(text)).toBe('accepted');
    expect(accepts(EXPECTATIONS_SCHEMA, parse(text))).toBe(true);
  });

  it.each(REFUSED)('is refused by both: %j', (text, why) => {
    expect(said(text)).toContain(why);
    expect(accepts(EXPECTATIONS_SCHEMA, parse(text) as unknown)).toBe(false);
  });

  it.each(PROGRAM_ONLY)('is refused by the program: %j', (text, why) => {
    expect(said(text)).toContain(why);
  });

  it('says all that is wrong, in the order of the file, ten at most', () => {
    const text = `version: 1\ninstances:\n${Array.from({ length: 12 }, () => '  - select: a\n    ssh: maybe\n').join('')}`;
    const lines = said(text).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatch(/^f\.yaml:4:10: "maybe"/u);
    expect(lines[9]).toMatch(/^f\.yaml:22:10:/u);
    expect(lines[10]).toBe('and 2 more');
  });

  it('echoes no more of it than a line holds, whatever was given for one', () => {
    const long = 'x'.repeat(5000);
    for (const text of [long, `version: ${long}\ninstances: []\n`, `${long}: 1\n`, entry(`ssh: ${long}`), entry(`reach: { "${long} & ": { icmp: open } }`), entry(`reach: { internet: { "${long}": open } }`), `version: 1\ninstances:\n  - select: "${long}: & "\n    ssh: open\n`, `version: 1\ninstances:\n  - select: *${long}\n    ssh: open\n`, entry(`ssh: !${long} open`), `\u0000\u0001${'\u007f\u{fffd}'.repeat(3000)}`]) {
      const lines = said(text).split('\n');
      expect(lines[0]).not.toBe('accepted');
      for (const line of lines) expect(line.length, line).toBeLessThan(320);
    }
    expect(said(entry(`ssh: ${long}`))).toContain(`"${'x'.repeat(59)}…" is neither open nor closed`);
  });

  it('that is empty or too large has a hint that fits', () => {
    const hint = (text: string): string => {
      try {
        readExpectations(text, 'my file.yaml');
      } catch (error) {
        return (error as SsmlabError).hint;
      }
      return 'accepted';
    };
    expect(hint('')).toContain("`ssmlab expect init --output 'my file.yaml' --force`");
    expect(hint('#'.repeat((1 << 20) + 1))).toMatch(/^look whether my file\.yaml is the right file; .*several smaller files/u);
    expect(hint('[]')).toContain('mend the file where it says');
  });

  it('is bounded: size, aliases of aliases, depth, circles', () => {
    expect(said('#'.repeat((1 << 20) + 1))).toContain('larger than 1048576 characters');
    const list = (name: string) => `[${Array.from({ length: 9 }, () => name).join(', ')}]`;
    const bomb = `version: 1\ninstances:\n  - select: &a ${list('x')}\n    ssh: open\n    reach:\n      internet: { icmp: open }\n`;
    expect(said(bomb)).toBe('accepted');
    const places = Array.from({ length: 300 }, (_, i) => `      10.0.${i >> 8}.${i & 255}: *f\n`).join('');
    const wide = `version: 1\ninstances:\n  - select: a\n    reach:\n      internet: &f { ${Array.from({ length: 300 }, (_, i) => `tcp/${i + 1}: open`).join(', ')} }\n${places}`;
    expect(said(wide)).toContain('more than 50000 values once aliases are followed');
    expect(said(`version: 1\ninstances: ${'['.repeat(50_000)}`)).toMatch(/nested too deeply|not well-formed/u);
    expect(said('version: 1\ninstances: &i\n  - *i\n')).toMatch(/is not a mapping|not well-formed|aliases lead/u);
  });

  it('never fails otherwise, and agrees with the schema, whatever is written', () => {
    const word = fc.constantFrom('open', 'closed', 'own', 'none', 'nat-gateway', 'replies', 'silence', '8.8.8.8', 'opened', '10.0.0.0/8', '1.2.3', '', ' ', 'a & b', 'a&b', 'tag:a=b', 'tag:=b', 'name:', 'x:y', 'i-0', 'here', 'internet & a', 'web*');
    const value = fc.oneof(word, fc.constantFrom(1, 2, null, true, 1.5), fc.constantFrom([], ['web'], ['web', ''], {}));
    const flows = fc.dictionary(fc.constantFrom('tcp/22', 'tcp', 'udp/53', 'icmp', 'all', 'tcp/1-2', 'tcp/65536', 'icmp/8', 'ssh', 'TCP/22'), fc.oneof(fc.constantFrom('open', 'closed'), value), { maxKeys: 3 });
    const places = fc.oneof(fc.dictionary(fc.oneof(fc.constantFrom('internet', 'here', '10.0.0.0/16', 'web*'), word), fc.oneof(flows, value), { maxKeys: 3 }), value);
    const one = fc.record({ select: value, ssh: value, 'session-manager': value, 'public-ipv4': value, ping: value, egress: value, reach: places, from: places, else: value }, { requiredKeys: [] });
    const file = fc.oneof(value, fc.record({ version: fc.constantFrom(1, 1, 1, 2, '1'), instances: fc.oneof(fc.array(fc.oneof(one, value), { maxLength: 3 }), value), other: value }, { requiredKeys: [] }));
    let taken = 0;
    fc.assert(fc.property(file, (document) => {
      const isTaken = said(stringify(document)) === 'accepted';
      if (isTaken) taken++;
      expect(isTaken, stringify(document)).toBe(accepts(EXPECTATIONS_SCHEMA, JSON.parse(JSON.stringify(document) ?? 'null')));
    }), { numRuns: 2000, examples: [[{ version: 1, instances: [{ select: 'web*', ssh: 'open' }] }]] });
    expect(taken).toBeGreaterThan(0);
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void said(text)), { numRuns: 500 });
  });

  it('has its schema in docs/schemas as the program has it (WRITE_SCHEMAS=1 writes it)', () => {
    const text = `${JSON.stringify(EXPECTATIONS_SCHEMA, null, 2)}\n`;
    if (process.env['WRITE_SCHEMAS'] === '1') writeFileSync(published, text);
    expect(readFileSync(published, 'utf8')).toBe(text);
  });

  const second = spawnSync('python3', ['-c', 'import jsonschema; jsonschema.Draft202012Validator']).status === 0;
  it.skipIf(!second)(`is judged by python3's jsonschema as by ours${second ? '' : ' (not on this machine)'}`, () => {
    const values = [...ACCEPTED, ...REFUSED.map(([text]) => text)].map((text) => parse(text) as unknown);
    const { stdout, stderr } = spawnSync('python3', ['-c', 'import json,sys,jsonschema\ns,vs=json.load(sys.stdin)\njsonschema.Draft202012Validator.check_schema(s)\nv=jsonschema.Draft202012Validator(s)\nprint(json.dumps([v.is_valid(x) for x in vs]))'], { input: JSON.stringify([EXPECTATIONS_SCHEMA, values]), encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([...ACCEPTED.map(() => true), ...REFUSED.map(() => false)]);
  });
});

describe('selectors', () => {
  const instances = [
    { instanceId: 'i-0a1', name: 'web-1', logicalId: 'Web1', tags: { role: 'web', env: 'prod' } },
    { instanceId: 'i-0b2', name: 'web-2', logicalId: null, tags: { role: 'web', env: 'test', '': 'x' } },
    { instanceId: 'i-0c3', name: 'db [1]', logicalId: 'Db', tags: { role: 'db', note: '' } },
  ];
  it.each([
    ['web-1', 'i-0a1'], ['Web1', 'i-0a1'], ['web-*', 'i-0a1 i-0b2'], ['web-?', 'i-0a1 i-0b2'], ['web', ''], ['WEB-1', ''], ['i-0b2', 'i-0b2'], ['id:i-0?2', 'i-0b2'], ['id:i-0', ''], ['*', 'i-0a1 i-0b2 i-0c3'],
    ['tag:role=web', 'i-0a1 i-0b2'], ['tag:role=w*b & tag:env=prod', 'i-0a1'], ['tag:note', 'i-0c3'], ['tag:note=', 'i-0c3'], ['tag:toString', ''], ['tag:role=web & name:db*', ''], ['name:db [1]', 'i-0c3'], ['name:db [*', 'i-0c3'],
  ])('%s is %s', (text, ids) => {
    const selector = selectorOf(text, { line: 1, column: 1 });
    expect(selector).toBeDefined();
    if (selector !== undefined) expect(selected(selector, instances).map(({ instanceId }) => instanceId).join(' ')).toBe(ids);
  });

  it('match globs as a regular expression would, and soon', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    fc.assert(fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 }), (glob, text) => {
      const pattern = glob.replaceAll('.', String.raw`\.`).replaceAll('*', '.*').replaceAll('?', '.');
      expect(globMatches(glob, text)).toBe(new RegExp(`^${pattern}$`, 'u').test(text));
    }), { numRuns: 2000 });
    expect(globMatches(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
  });
});
