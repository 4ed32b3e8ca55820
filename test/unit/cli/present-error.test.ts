import { describe, expect, it } from 'vitest';
import { asSsmlabError, errorJson, errorLines, faultLines, usageError } from '../../../src/cli/present-error.js';
import { SsmlabError } from '../../../src/lib/errors.js';
import { plainStyle } from '../../../src/lib/report/style.js';

const error = new SsmlabError('instance-not-found', 'no instance is called "web\u001b[2J"', { hint: 'there are\nInstance1' });

describe('errors as text', () => {
  it('is two lines, the code at the margin, nothing that controls the terminal', () => {
    const [first, second] = errorLines(error, plainStyle(), 100);
    expect(first).toHaveLength(100);
    expect(first).toMatch(/^error: no instance is called "web\\e\[2J" {3,}\[instance-not-found\]$/u);
    expect(second).toBe('hint:  there are\\nInstance1');
  });
  it('goes on below in a narrow terminal, at whole words', () => {
    const long = new SsmlabError('usage', 'a message of many words that does not fit', { hint: 'one two three four five six seven eight' });
    expect(errorLines(long, plainStyle(), 40)).toEqual([
      'error: a message of many words that does',
      '       not fit',
      '       [usage]',
      'hint:  one two three four five six seven',
      '       eight',
    ]);
    expect(errorLines(long, plainStyle())).toHaveLength(2);
  });
  it('has no empty lines, as what a program printed may end in one', () => {
    expect(errorLines(new SsmlabError('usage', 'Command failed: /bin/false\n\n', { hint: 'x' }), plainStyle(), 80)).toHaveLength(2);
  });
  it('is an object for programs', () => expect(Object.keys(errorJson(error).error)).toEqual(['code', 'message', 'hint']));
  it('keeps the stack of a fault for --debug', () => {
    expect(faultLines(new TypeError('x is not a function'), plainStyle(), false).join('\n')).not.toMatch(/^\s+at /mu);
    expect(faultLines(new TypeError('x', { cause: new Error('deeper') }), plainStyle(), true).join('\n')).toMatch(/ at [\s\S]*caused by: Error: deeper/u);
  });
});

describe('asSsmlabError', () => {
  it.each([
    [Object.assign(new Error('x'), { name: 'ExitPromptError' }), 'interrupted'],
    [Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }), 'state-unsafe'],
    [error, 'instance-not-found'],
    [new TypeError('x'), undefined],
  ])('%s', (thrown, code) => expect(asSsmlabError(thrown)?.code).toBe(code));
  it.each([
    ['Nonexistent flag: --jsn\nSee more help with --help', 'there is no flag --jsn'],
    ['Missing 2 required args:\nhost  an address\nport  a port\nSee more help with --help', 'missing host, port'],
    ['Parsing --template \n\tNo file found at /nope\nSee more help with --help', '--template: no file found at /nope'],
  ])('%j', (text, message) => expect(usageError(new Error(text), 'list')).toMatchObject({ code: 'usage', message, hint: 'see `ssmlab list --help`' }));
  it.each([
    ['Nonexistent flag: --exepct\nSee more help with --help', 'did you mean --expect? see `ssmlab verify --help`'],
    ['Nonexistent flag: --exepct=x.yaml\nSee more help with --help', 'did you mean --expect? see `ssmlab verify --help`'],
    ['Nonexistent flags: --wach, --only\nSee more help with --help', 'did you mean --watch? see `ssmlab verify --help`'],
    ['Nonexistent flag: --colour\nSee more help with --help', 'see `ssmlab verify --help`'],
    ['Missing 1 required arg:\nexepct  a file', 'see `ssmlab verify --help`'],
  ])('names the near flag: %j', (text, hint) => expect(usageError(new Error(text), 'verify', ['expect', 'watch', 'every', 'help'])).toMatchObject({ code: 'usage', hint }));
});
