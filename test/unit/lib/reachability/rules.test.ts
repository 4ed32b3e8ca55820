/** docs/rules.md has every rule, check and code that a screen can show, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** The members of a union of literals. */
function membersOf(path: string, type: string): string[] {
  const body = new RegExp(String.raw`export type ${type} =([^;]*);`, 'u').exec(read(path))?.[1] ?? '';
  return [...body.matchAll(/'(\w+)'/gu)].map(([, member = '']) => member);
}

/** First cells and sentences of the table under a heading. */
function tableUnder(heading: string): [string, string][] {
  const section = read('docs/rules.md').split(/^## /mu).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `?(\w+)`? \| (.+) \|$/gmu)].slice(1).map(([, id = '', sentence = '']) => [id, sentence]);
}

const RULES = membersOf('src/lib/vpc/verdict.ts', 'RuleId');
const CHECKS = membersOf('src/lib/reachability/way-in.ts', 'CheckId');

describe('docs/rules.md', () => {
  it.each([
    ['Rules of a VPC', RULES, 50],
    ['Checks of a way in', CHECKS, 10],
    ['AWS\'s explanation codes', membersOf('src/lib/reachability/trace.ts', 'ExplanationCode'), 20],
  ])('%s: each once, and no other', (heading, members, least) => {
    expect(members.length).toBeGreaterThan(least);
    expect(tableUnder(heading).map(([id]) => id).toSorted()).toEqual(members.toSorted());
  });

  it('has a sentence for each, no two the same', () => {
    const sentences = ['Rules of a VPC', 'Checks of a way in', 'AWS\'s explanation codes'].flatMap(tableUnder).map(([, sentence]) => sentence);
    expect(sentences.filter((sentence) => !/^[A-Z`].{15,}[.?]$/u.test(sentence))).toEqual([]);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('has those that verify writes behind an id', () => {
    const files = readdirSync(new URL('../../../../src/lib/verify/', import.meta.url), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const written = files.flatMap((name) => [...read(`src/lib/verify/${name}`).matchAll(/\} \(([A-Z]\d{1,2})\)`/gu)].map(([, id = '']) => id));
    expect(written.length).toBeGreaterThan(3);
    expect(written.filter((id) => ![...RULES, ...CHECKS].includes(id))).toEqual([]);
  });
});
