import { Config } from '@oclif/core';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import Pages from '../../../src/cli/help.js';

// oclif changes the ids of the commands that it shows.
const load = (): Promise<Config> => Config.load(resolve(import.meta.dirname, '../../..'));
const config = await load();

class Printed extends Pages {
  text = '';
  protected override log(...parts: string[]): void {
    this.text += `${parts.join(' ')}\n`;
  }
}

/** What is shown in a terminal of so many columns. */
async function page(argv: readonly string[], maxWidth = 80): Promise<string> {
  const help = new Printed(await load(), { maxWidth, stripAnsi: true });
  await help.showHelp([...argv]);
  return help.text;
}

const headers = (text: string): string[] => text.split('\n').filter((line) => /^[A-Z]{2}[A-Z ]+$/u.test(line));
const commands = config.commands.filter((command) => !command.hidden).map(({ id }) => ({ id }));

describe('the page of a command', () => {
  it.each(commands.map(({ id }) => id))('%s: says its sentence once, has its groups in order, and breaks no line that is to be pasted', async (id) => {
    const command = config.findCommand(id, { must: true });
    const text = await page(id.split(':'));
    const flat = text.replaceAll(/\s+/gu, ' ');
    expect(flat.split(command.summary ?? '?')).toHaveLength(2);
    expect(flat.startsWith(command.summary ?? '?')).toBe(true);
    const order = ['USAGE', 'ARGUMENTS', 'FLAGS', 'TARGET FLAGS', 'CONVERSATION FLAGS', 'GLOBAL FLAGS', 'DESCRIPTION', 'EXAMPLES', 'EXIT STATUS'];
    const shown = headers(text);
    expect(shown.filter((header) => order.includes(header))).toEqual(order.filter((header) => shown.includes(header)));
    expect(shown.indexOf('GLOBAL FLAGS')).toBe(shown.indexOf('DESCRIPTION') - 1);
    const lines = text.split('\n');
    const pasted = lines.slice(lines.indexOf('EXAMPLES') + 1).filter((line) => line.startsWith('  $ '));
    expect(pasted).toHaveLength(3);
    for (const line of lines.filter((one) => !one.startsWith('  $ '))) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('names the dots only where more may follow', async () => {
    expect(await page(['exec'])).toMatch(/^ {2}INSTANCE {2}number/mu);
    expect(await page(['forward'])).toMatch(/^ {2}INSTANCE {4,}number[\s\S]*^ {2}FORWARD\.\.\. {2}/mu);
  });

  it('tells exit statuses apart', async () => {
    const text = await page(['verify']);
    expect(text.slice(text.indexOf('EXIT STATUS'))).toMatch(/^EXIT STATUS\n {2}0 every claim holds/u);
    expect(text.slice(0, text.indexOf('EXIT STATUS'))).not.toContain('Exit status');
    expect(await page(['list'])).not.toContain('EXIT STATUS');
  });

  it('is no wider than one can read', async () => {
    for (const line of (await page(['list'], 300)).split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('the first page', () => {
  it('has every command, in the order of a lab\'s life', async () => {
    const text = await page([]);
    const named = text.slice(text.indexOf('COMMANDS'), text.indexOf('EXAMPLES')).split('\n').flatMap((line) => /^ {2}(\S+)/u.exec(line)?.[1] ?? []);
    expect(named.slice(0, 3)).toEqual(['deploy', 'list', 'connect']);
    expect(named.toSorted()).toEqual([...new Set(commands.map(({ id }) => id.split(':')[0] ?? ''))].toSorted());
  });

  it('of a topic has its commands', async () => {
    const text = await page(['local']);
    for (const { id } of commands.filter((command) => command.id.startsWith('local:'))) expect(text).toContain(`  ${id.replace(':', ' ')} `);
  });
});
