import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface CommandClass {
  readonly hidden?: boolean;
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly args?: Readonly<Record<string, { readonly ignoreStdin?: boolean }>>;
  readonly flags?: Readonly<Record<string, { readonly description?: string; readonly summary?: string }>>;
}

const folder = join(import.meta.dirname, '../../../src/commands');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

describe('every command', () => {
  // oclif would take a missing argument from a pipe: `ssmlab proxy 3 < bytes` would read them as its port.
  it.each(files)('%s leaves standard input alone', async (name) => {
    const { default: command } = (await import(join(folder, name))) as { default: CommandClass };
    for (const [argument, { ignoreStdin }] of Object.entries(command.args ?? {})) expect(ignoreStdin, argument).toBe(true);
  });

  it('is there', () => {
    const names = files.map((name) => name.replace(/\.ts$/u, '').replace(/[\\/]/u, ' ')).toSorted();
    expect(names).toEqual(['connect', 'deploy', 'destroy', 'diagram', 'diff', 'exec', 'expect init', 'expect schema', 'explain', 'forward', 'home', 'list', 'local capture', 'local dial', 'local doctor', 'local env', 'local logs', 'local start', 'local stop', 'local trace', 'local wan', 'policy', 'proxy', 'status', 'sweep', 'template', 'use', 'verify']);
  });

  it.each(files)('%s has a sentence, a description, three examples, and says what its flags do', async (name) => {
    const { default: command } = (await import(join(folder, name))) as { default: CommandClass };
    expect(command.summary).toMatch(/^[A-Z].*\.$/u);
    if (command.hidden === true) return;
    expect(command.description).toBeTruthy();
    expect(command.examples).toHaveLength(3);
    for (const [flag, { description, summary }] of Object.entries(command.flags ?? {})) expect(description ?? summary, flag).toBeTruthy();
  });
});
