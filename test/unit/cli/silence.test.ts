import { afterEach, describe, expect, it, vi } from 'vitest';
import { saySilence } from '../../../src/cli/silence.js';
import { besideAScreen } from '../../../src/cli/terminal.js';

const { isTTY: isTerminal, isRaw } = process.stdin;
const { isTTY } = process.stderr;
afterEach(() => {
  Object.assign(process.stdin, { isTTY: isTerminal, isRaw });
  Object.assign(process.stderr, { isTTY });
  vi.restoreAllMocks();
});

describe('who does not answer', () => {
  it.each([
    { where: 'in a terminal', stdin: { isTTY: true, isRaw: false }, stderr: true, says: 'has not answered ResumeSession for 10 s; waiting, Ctrl-C ends it\n' },
    // There Ctrl-C is the far side's, and a line feed alone goes straight down.
    { where: 'in a shell\'s raw terminal', stdin: { isTTY: true, isRaw: true }, stderr: true, says: '\r\n$ has not answered ResumeSession for 10 s; waiting\r\n' },
    { where: 'under ssh', stdin: { isTTY: false, isRaw: false }, stderr: true, says: '\r\n$ has not answered ResumeSession for 10 s; waiting, Ctrl-C ends it\r\n' },
    { where: 'in a pipe', stdin: { isTTY: false, isRaw: false }, stderr: false, says: 'has not answered ResumeSession for 10 s; waiting, Ctrl-C ends it\n' },
  ])('is named once, $where', ({ where, stdin, stderr, says }) => {
    Object.assign(process.stdin, stdin);
    Object.assign(process.stderr, { isTTY: stderr });
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    for (let times = 0; times < 2; times += 1) saySilence({ who: where, asked: 'ResumeSession', afterMs: 10_000 });
    expect(write.mock.calls).toEqual([[says.includes('$') ? says.replace('$', where) : `${where} ${says}`]]);
  });
});

it.each([
  [{ isTTY: true, isRaw: false }, true, false], [{ isTTY: true, isRaw: true }, true, true], [{ isTTY: false, isRaw: false }, true, true], [{ isTTY: false, isRaw: false }, false, false],
])('a screen is beside stdin %j, stderr a terminal: %s', (stdin, isTTY, want) => expect(besideAScreen(stdin, { isTTY })).toBe(want));
