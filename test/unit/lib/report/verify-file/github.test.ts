import { describe, expect, it } from 'vitest';
import { annotation, annotationLines } from '../../../../../src/lib/report/verify-file/annotations.js';
import { markdownFile } from '../../../../../src/lib/report/verify-file/markdown.js';
import { sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { brokenLab, lab } from '../diagram/networks.js';
import { broken, failed, healthy, HOSTILE, hostile, hostileError } from './outcomes.js';

/** How the runner reads a line (actions/runner, ActionCommand.TryParseV2); undefined: it is no command. */
function command(line: string): { readonly name: string; readonly properties: Readonly<Record<string, string>>; readonly data: string } | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  const [name = '', ...rest] = text.slice(2, end).split(' ');
  const unescaped = (value: string): string => value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const properties = Object.fromEntries(rest.join(' ').split(',').flatMap((pair) => { const at = pair.indexOf('='); return at < 0 ? [] : [[pair.slice(0, at), unescaped(pair.slice(at + 1).replaceAll('%3A', ':').replaceAll('%2C', ','))]]; }));
  return { name, properties, data: unescaped(text.slice(end + 2)) };
}

const outcomes = Object.entries({ healthy, broken, hostile, failed, ...Object.fromEntries(hostileError.map((outcome, at) => [`hostile error ${at}`, outcome])) });

describe('annotations', () => {
  it('are one command each, for what does not hold', () => {
    expect(annotationLines(healthy)).toEqual([]);
    expect(annotationLines(broken)).toEqual([
      '::error title=4 Instance4%3A way in::declared Session Manager is open · predicted closed · observed closed%0ATargetNotConnected%0Ato blame: sg-0e (EndpointSecurityGroup): no rule admits tcp/443 from sg-0d',
      '::warning title=4 Instance4%3A ping::declared silence · predicted silence%0Anot reached: the session is lost',
    ]);
    expect(annotationLines(failed)).toEqual(['::error title=ssmlab verify could not judge::no stack "<ssmlab>"\\e[2J is in ap-northeast-1 [no-lab]%0Ahint: run `ssmlab deploy` first']);
  });

  it.each(HOSTILE)('are read back as what was meant: %j', (text) => {
    const line = annotation('error', text, [text, 'second']);
    expect(line).not.toMatch(/[\n\r]/u);
    const read = command(line);
    expect(read?.name).toBe('error');
    expect(Object.keys(read?.properties ?? {})).toEqual(['title']);
    expect(read?.data.split('\n')).toHaveLength(2);
    expect(read?.data.endsWith('\nsecond')).toBe(true);
  });

  it('of hostile reports are errors and warnings, and nothing else', () => {
    const lines = [hostile, ...hostileError].flatMap(annotationLines);
    expect(lines.length).toBeGreaterThan(HOSTILE.length * 2);
    expect(lines.filter((line) => !['error', 'warning'].includes(command(line)?.name ?? ''))).toEqual([]);
  });
});

describe('the Markdown file', () => {
  it.each(outcomes)('has only the markup that is ours, and no line that is a command: %s', (_, outcome) => {
    const lines = markdownFile(outcome).split('\n');
    for (const line of lines) {
      expect(command(line)).toBeUndefined();
      expect(line).not.toContain('##[');
      const bare = line.replaceAll(/<\/?(?:code|br|details|summary)>/gu, '').replaceAll(/&#\d+;/gu, '');
      expect(bare).not.toMatch(/[<>]|@|https?:\/\/|www\.|!\[|\]\(/u);
    }
    const tables = lines.filter((line) => line.startsWith('|'));
    expect(new Set(tables.map((line) => line.split('|').length)).size).toBeLessThanOrEqual(2);
  });

  it('has what is wrong first, the network, and every claim', () => {
    const { result } = broken;
    const text = markdownFile({ ...broken, result: result.kind === 'report' ? { ...result, scene: sceneOf(lab, brokenLab) } : result });
    expect(text).toMatch(/^## ✘ broken: ssmlab verify\n\n1 claim is broken, 1 is unknown\.\n/u);
    expect(text).toContain('| ✘ broken | <code>4 Instance4</code> | way in | <code>Session Manager is open</code> | <code>closed</code> | <code>closed</code> | <code>TargetNotConnected</code><br>to blame: ');
    expect(text.indexOf('```mermaid\nflowchart LR')).toBeGreaterThan(text.indexOf('| ? unknown |'));
    expect(text.match(/^```/gmu)).toHaveLength(2);
    expect(text.match(/^### /gmu)).toHaveLength(2);
  });

  it('says that it could not be judged', () => {
    expect(markdownFile(failed)).toContain('## ✘ could not be judged: ssmlab verify\n\n<code>no stack &#34;&#60;ssmlab&#62;&#34;&#92;e&#91;2J is in ap-northeast-1</code> [<code>no-lab</code>]');
  });
});
