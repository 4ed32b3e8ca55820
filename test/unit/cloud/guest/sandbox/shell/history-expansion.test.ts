import { describe, expect, it } from 'vitest';
import { expandHistory } from '../../../../../../src/cloud/guest/sandbox/shell/history-expansion.js';

const history = ['echo one', 'ls -l /etc', 'echo "two words" three'];

// Held against GNU bash's manual, "History Interaction".
describe('expandHistory', () => {
  it.each([
    ['!!', 'echo "two words" three'],
    ['sudo !!', 'sudo echo "two words" three'],
    ['!1', 'echo one'],
    ['!-2', 'ls -l /etc'],
    ['!l | wc', 'ls -l /etc | wc'],
    ['!echo', 'echo "two words" three'],
    ['!?one?; pwd', 'echo one; pwd'],
    ['cat !$', 'cat three'],
    ['echo "!ls"', 'echo "ls -l /etc"'],
    ['^two^2', 'echo "2 words" three'],
  ])('%s', (line, expanded) => expect(expandHistory(line, history)).toEqual({ line: expanded, changed: true }));

  it.each(['echo hi!', 'echo ! x', '! true', "echo '!!'", String.raw`echo \!\!`, 'echo "hi!"', 'echo $!', 'echo ${!x}', 'ls [!a]*', '[ a != b ]', '!(a)'])('leaves %s alone', (line) => {
    expect(expandHistory(line, history)).toEqual({ line, changed: false });
  });

  it.each([['!9', '!9: event not found'], ['echo a; !nix b', '!nix: event not found'], ['^four^4', ':s^four^4: substitution failed']])('%s fails', (line, failed) => expect(expandHistory(line, history)).toEqual({ failed }));
  it('finds nothing in no history', () => expect(expandHistory('!!', [])).toEqual({ failed: '!!: event not found' }));
});
