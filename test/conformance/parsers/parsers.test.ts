/**
 * Every reply that a service may give to a call of the tool's, by its own API model (botocore): with as little in it as the model allows, with all of it, with
 * values of enums that are not known yet, in pages of one and of none, with a token that is refused on the way or leads in a circle; and every refusal. Over the wire, through the
 * SDK's clients: each ends with what was read, or with an error of the tool's own.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../src/lib/errors.js';
import { CALLS } from '../../../src/lib/permissions/calls.js';
import { NO_MODEL } from '../api-model/model.js';
import { modelFor } from '../api-model/request-problems.js';
import { READERS, type Reader } from './readers.js';
import { MODES, OF_TOMORROW, replyOf, type Sample, tokenOf } from './samples.js';
import { type Answer, Scripted } from './scripted.js';
import { writeError, writeReply } from './write-reply.js';

const without = modelFor('ec2') === undefined;
let server: Scripted;
beforeAll(async () => {
  server = await Scripted.start();
});
afterAll(() => server.close());

const ACTIONS = [...new Set(CALLS.filter(({ because }) => because === undefined).map(({ action }) => action))];
const named = (action: string): { readonly service: string; readonly operation: string; readonly asked: string } => {
  const [service = '', operation = ''] = action.split(':');
  return { service, operation, asked: `${service} ${operation}` };
};
const READS = ACTIONS.flatMap((action) => (READERS[action] ?? []).map((reader, i) => [i === 0 ? action : `${action} (${i + 1})`, action, reader] as const));

/** What came of it: the value, or the error, which has to be the tool's. */
async function end(reader: Reader): Promise<{ readonly value?: unknown; readonly error?: SsmlabError }> {
  try {
    return { value: await reader(server.target()) };
  } catch (error) {
    if (!(error instanceof SsmlabError)) throw error;
    return { error };
  }
}

/** What nobody may be shown. */
const NONSENSE = /\bundefined\b|\bNaN\b|\[object /u;
const shown = (value: unknown): string => JSON.stringify(value instanceof Map ? [...value] : value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? '';

/** This operation as told, others as full as they can be. */
const only = (asked: string, answer: Answer): Answer => (request) => (request.operation === asked ? answer(request) : writeReply(request.model, request.name, replyOf(request.model, request.name, 'full')));

describe('the table of readers', () => {
  it('has each operation of the table of actions, and no other', () => {
    expect(Object.keys(READERS).toSorted()).toEqual(ACTIONS.toSorted());
  });
});

describe.skipIf(without)(`replies${without ? `: ${NO_MODEL}` : ''}`, () => {
  it.each(READS)('%s', async (_, action, reader) => {
    const { asked } = named(action);
    for (const mode of MODES) {
      server.answer = only(asked, ({ model, name }) => writeReply(model, name, replyOf(model, name, mode)));
      server.asked.length = 0;
      const { value, error } = await end(reader);
      // A quota that is told needs no default, and a role that could be made is not looked for.
      if (mode === 'full' && action !== 'servicequotas:GetAWSDefaultServiceQuota') expect(server.asked.map(({ operation }) => operation), mode).toContain(asked);
      expect(error === undefined ? shown(value) : `${error.message} ${error.hint}`, mode).not.toMatch(NONSENSE);
    }
  });

  it('of tomorrow have values of no enum, so that this is a test', () => {
    const model = modelFor('ec2');
    if (model === undefined) throw new Error('no model');
    const text = writeReply(model, 'DescribeRouteTables', replyOf(model, 'DescribeRouteTables', 'strange')).body;
    expect(text).toContain(`<state>${OF_TOMORROW}</state>`);
    expect(text).not.toMatch(/<state>(?:active|blackhole|associated)<\/state>/u);
    expect(writeReply(model, 'DescribeRouteTables', replyOf(model, 'DescribeRouteTables', 'bare')).body).not.toContain('routeTableSet');
    expect(writeReply(model, 'DescribeRouteTables', replyOf(model, 'DescribeRouteTables', 'hollow')).body).toContain('<routeTableSet><item></item></routeTableSet>');
  });
});

/** Answers an operation in pages: what is on each, and the token of the next one. */
function pages(asked: string, each: readonly ('one' | 'none')[], tokens: (index: number) => string | undefined = (index) => (index + 1 < each.length ? `t${index + 1}` : undefined)): Answer {
  return only(asked, ({ model, name, token }) => {
    const index = token === undefined ? 0 : Number(token.slice(1));
    const full = replyOf(model, name, 'full');
    const { output = 'NextToken', isTruncated = false } = tokenOf(model, name) ?? {};
    const body = Object.fromEntries(Object.entries(full).map(([member, value]): [string, Sample] => [member, Array.isArray(value) && each[index] === 'none' ? [] : value]));
    const next = tokens(index);
    return writeReply(model, name, { ...body, ...(isTruncated ? { IsTruncated: next !== undefined } : {}), ...(next === undefined ? {} : { [output]: next }) });
  });
}

/** One thing is asked for by its name, or there is one of it at most. */
const ONE_PAGE: Readonly<Record<string, string>> = {
  'cloudformation:DescribeStacks (2)': 'one stack, by its name', 'cloudformation:DescribeStacks (3)': 'one stack, by its name', 'iam:SimulatePrincipalPolicy': '',
};
const PAGED = READS.filter(([name, action]) => {
  const { service, operation } = named(action);
  const model = modelFor(service);
  return model !== undefined && tokenOf(model, operation) !== undefined && !(ONE_PAGE[name] ?? '').startsWith('one');
});

describe.skipIf(without)(`pages${without ? `: ${NO_MODEL}` : ''}`, () => {
  it('are those of many operations', () => {
    expect(PAGED.length).toBeGreaterThan(30);
  });

  it.each(PAGED)('%s: all are asked for, of one thing each, and of none on the way', async (name, action, reader) => {
    const { asked } = named(action);
    const count = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);
    server.answer = pages(asked, ['one']);
    const single = count((await end(reader)).value);
    server.answer = pages(asked, ['one', 'none', 'one', 'none']);
    server.asked.length = 0;
    const { value, error } = await end(reader);
    expect(error).toBeUndefined();
    const tokens = server.asked.filter(({ operation }) => operation === asked).map(({ token }) => token ?? '');
    // The price list is asked for several things at once, a stack's tree for each stack.
    expect([...new Set(tokens)].toSorted()).toEqual(['', 't1', 't2', 't3']);
    // What others of the table make of it is more than a list of it.
    if (name === action && single !== undefined && single > 0) expect(count(value)).toBe(2 * single);
  });

  it.each(PAGED)('%s: begins once more over a token that is refused, and says so when that is no better', async (_, action, reader) => {
    const { asked, service } = named(action);
    const code = service === 'ec2' ? 'InvalidNextToken' : service === 'cloudformation' ? 'ValidationError' : service === 'iam' ? 'InvalidInput' : service === 'pricing' ? 'ExpiredNextTokenException' : service === 'logs' ? 'InvalidParameterException' : service === 'scheduler' ? 'ValidationException' : 'InvalidNextToken';
    const inPages = pages(asked, ['one', 'one']);
    const stale = new Set<string>();
    const refusing = (always: boolean): Answer => (request) => {
      const key = `${request.token}`;
      if (request.operation !== asked || request.token === undefined || (!always && stale.has(key))) return inPages(request);
      stale.add(key);
      return writeError(request.model, { status: 400, code, message: 'The specified token is not valid.' });
    };
    server.answer = inPages;
    const whole = shown((await end(reader)).value);
    server.answer = refusing(false);
    const once = await end(reader);
    expect(once.error).toBeUndefined();
    expect(shown(once.value)).toBe(whole);
    server.answer = refusing(true);
    expect((await end(reader)).error).toMatchObject({ code: expect.stringMatching(/^(?:aws-error|template-invalid)$/u) as string, message: expect.stringContaining('The specified token is not valid') as string });
  });

  it.each(PAGED)('%s: does not go in a circle', async (_, action, reader) => {
    const { asked } = named(action);
    server.answer = pages(asked, ['one', 'one', 'one'], () => 't1');
    server.asked.length = 0;
    expect((await end(reader)).error).toMatchObject({ code: 'aws-error', message: expect.stringContaining('has no end') as string });
    expect(server.asked.length).toBeLessThan(40);
  });
});

describe.skipIf(without)(`refusals${without ? `: ${NO_MODEL}` : ''}`, () => {
  const ENCODED = 'You are not authorized to perform this operation. Encoded authorization failure message: abc_DEF-123';
  const EVERY: readonly (readonly [what: string, refusal: { readonly status: number; readonly code: string; readonly message: string }, codes: RegExp, text: RegExp])[] = [
    ['too many calls', { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' }, /^(?:aws-error)$/u, /Rate exceeded/u],
    ['an expired token', { status: 400, code: 'ExpiredTokenException', message: 'The security token included in the request is expired' }, /^credentials-wrong$/u, /have expired/u],
    ['a clock that is off', { status: 403, code: 'SignatureDoesNotMatch', message: 'Signature expired: 20261130T040000Z is now earlier than 20261130T045500Z (20261130T050000Z - 5 min.)' }, /^credentials-wrong$/u, /60 minutes behind/u],
    ['a denial with an encoded message', { status: 403, code: 'AccessDeniedException', message: ENCODED }, /^access-denied$/u, /decode-authorization-message .*--encoded-message abc_DEF-123/u],
    ['a code of tomorrow', { status: 400, code: 'OfTomorrowException', message: 'Nobody knows <this>.' }, /^aws-error$/u, /Nobody knows <this>\./u],
    ['a code of tomorrow without words', { status: 400, code: 'OfTomorrowException', message: '' }, /^aws-error$/u, /OfTomorrowException/u],
  ];

  it.each(READS)('%s', async (_, action, reader) => {
    const { asked } = named(action);
    for (const [what, refusal, code, text] of EVERY) {
      // A quota of the account's own that is not known is asked for as AWS's default.
      const before: Answer = ({ model, operation, name }) => (operation === 'servicequotas GetServiceQuota' && asked !== operation ? writeError(model, { status: 400, code: 'NoSuchResourceException', message: 'none' }) : writeReply(model, name, replyOf(model, name, 'full')));
      server.answer = (request) => (request.operation === asked ? writeError(request.model, refusal) : before(request));
      const { error, value } = await end(reader);
      expect(error, `${what}: ${shown(value)}`).toBeInstanceOf(SsmlabError);
      expect(error?.code, what).toMatch(code);
      expect(`${error?.message} ${error?.hint}`, what).toMatch(text);
      expect(`${error?.message} ${error?.hint}`, what).not.toMatch(NONSENSE);
    }
  }, 60_000);

  it.each(READS)('%s: an answer that is none', async (_, action, reader) => {
    const { asked } = named(action);
    for (const [status, body] of [[200, '{"a":'], [200, '<a><b>'], [400, ''], [500, 'oops'], [403, '{}'], [400, '<Response/>']] as const) {
      server.answer = only(asked, () => ({ status, headers: {}, body }));
      const { error, value } = await end(reader);
      expect(error === undefined ? shown(value) : `${error.message} ${error.hint}`, `${status} ${body}`).not.toMatch(NONSENSE);
      if (status !== 200 && action !== 'servicequotas:GetAWSDefaultServiceQuota') expect(error, `${status} ${body}`).toBeInstanceOf(SsmlabError);
    }
  }, 60_000);
});
