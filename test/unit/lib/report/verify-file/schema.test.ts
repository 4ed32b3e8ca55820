import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonFile } from '../../../../../src/lib/report/verify-file/json.js';
import { type ERROR_SCHEMA, type REPORT_SCHEMA, VERIFY_FILE_SCHEMA } from '../../../../../src/lib/report/verify-file/schema.js';
import type { VerifyReport } from '../../../../../src/lib/verify/claim.js';
import { broken, failed, healthy, hostile } from './outcomes.js';

const file = join(import.meta.dirname, '../../../../../docs/schemas/verify-report.schema.json');

/** The type that a schema of ours describes. */
interface Named { readonly string: string; readonly integer: number; readonly null: null }
type Described<S> =
  S extends { readonly const: infer C } ? C
  : S extends { readonly enum: readonly (infer E)[] } ? E
  : S extends { readonly type: 'object'; readonly properties: infer P } ? { readonly [K in keyof P]: Described<P[K]> }
  : S extends { readonly type: 'array'; readonly items: infer I } ? readonly Described<I>[]
  : S extends { readonly type: readonly (infer T extends keyof Named)[] } ? Named[T]
  : S extends { readonly type: infer T extends keyof Named } ? Named[T] : never;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
type Flat<T> = T extends readonly (infer E)[] ? readonly Flat<E>[] : T extends object ? { readonly [K in keyof T]: Flat<T[K]> } : T;

// Held by the compiler (`npm test` runs it): either side with a member, a name or a word that the other has not is an error here.
const isReport: Same<Flat<Described<typeof REPORT_SCHEMA>>, Flat<VerifyReport>> = true;
const isError: Same<Flat<Described<typeof ERROR_SCHEMA>>, Flat<{ error: { code: string; message: string; hint: string } }>> = true;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

const typeOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value);
const KEYWORDS = new Set(['$schema', 'title', 'description', 'type', 'const', 'enum', 'properties', 'required', 'additionalProperties', 'items', 'oneOf']);

/** JSON Schema 2020-12, the keywords that are used; another one is a fault of the test. */
function faults(schema: Schema, value: Json, at = '$'): string[] {
  for (const keyword of Object.keys(schema)) if (!KEYWORDS.has(keyword)) throw new Error(`the test does not know ${keyword}`);
  const found: string[] = [];
  if (schema.type !== undefined && ![schema.type].flat().includes(typeOf(value))) return [`${at} is ${typeOf(value)}`];
  if (schema.const !== undefined && value !== schema.const) found.push(`${at} is not ${JSON.stringify(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) found.push(`${at} is none of the words`);
  if (schema.oneOf !== undefined && schema.oneOf.filter((one) => faults(one, value, at).length === 0).length !== 1) found.push(`${at} is not exactly one`);
  if (Array.isArray(value) && schema.items !== undefined) for (const [i, item] of value.entries()) found.push(...faults(schema.items, item as Json, `${at}[${i}]`));
  if (typeOf(value) === 'object') {
    const object = value as { readonly [key: string]: Json };
    for (const name of schema.required ?? []) if (!(name in object)) found.push(`${at} has no ${name}`);
    for (const [name, member] of Object.entries(object)) {
      const known = schema.properties?.[name];
      if (known !== undefined) found.push(...faults(known, member, `${at}.${name}`));
      else if (schema.additionalProperties === false) found.push(`${at} has ${name}`);
    }
  }
  return found;
}

const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
const valueOf = (text: string): Json => JSON.parse(text) as Json;

describe('the schema of the report', () => {
  it('is the committed one, which WRITE_SCHEMAS=1 writes', () => {
    const text = `${JSON.stringify(VERIFY_FILE_SCHEMA, null, 2)}\n`;
    if (process.env['WRITE_SCHEMAS'] === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('describes the type, and nothing but it', () => {
    expect([isReport, isError]).toEqual([true, true]);
  });

  it.each(Object.entries({ healthy, broken, hostile, failed }))('admits what is written: %s', (_, outcome) => {
    expect(faults(schema, valueOf(jsonFile(outcome)))).toEqual([]);
  });

  it('admits nothing that has a member too many, one too few, or one of another kind', () => {
    const good = valueOf(jsonFile(broken)) as { readonly [key: string]: Json };
    const [claim] = good['claims'] as readonly { readonly [key: string]: Json }[];
    const withClaim = (changed: Json): Json => ({ ...good, claims: [changed] });
    const without = (object: { readonly [key: string]: Json }, name: string): Json => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
    const mutants = [
      ...Object.keys(good).flatMap((name) => [without(good, name), { ...good, [name]: true }]),
      ...Object.keys(claim ?? {}).flatMap((name) => [withClaim(without(claim ?? {}, name)), withClaim({ ...claim, [name]: true })]),
      { ...good, more: 1 }, withClaim({ ...claim, more: 1 }), { ...good, version: 2 }, { ...good, verdict: 'ok' }, withClaim({ ...claim, claim: 'pong' }), withClaim({ ...claim, instance: 1.5 }),
      { error: { code: 'x', message: 'y' } }, { ...good, error: { code: 'x', message: 'y', hint: 'z' } }, [], null, 'text',
    ];
    expect(mutants.length).toBeGreaterThan(40);
    expect(mutants.filter((mutant) => faults(schema, mutant).length === 0)).toEqual([]);
  });
});
