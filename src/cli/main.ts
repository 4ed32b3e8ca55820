/** The bundle's way into oclif: `bin/run.js` imports it and hands over the arguments. */
import { Config, flush, type Interfaces, run } from '@oclif/core';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SsmlabError } from '../lib/errors.js';
import { nearNames } from '../lib/inventory/near.js';
import { forLog, jsonForLog } from './ci-log.js';
import { onOutputError } from './output-errors.js';
import { asSsmlabError, errorJson, errorLines, FAULT_EXIT, faultLines } from './present-error.js';
import { programName } from './self.js';
import { styleFor } from './style.js';
import { textWidth } from './terminal.js';
import { wantsDebug } from './base-command.js';

/** `connct` → an error that names the near commands. */
async function unknownCommand(root: string, argv: readonly string[]): Promise<SsmlabError> {
  const config = await Config.load(fileURLToPath(root));
  const names = config.commands.filter((command) => !command.hidden).map((command) => command.id.replaceAll(':', ' '));
  const typed = argv.filter((word) => !word.startsWith('-'));
  if (typed.length === 0) return new SsmlabError('usage', `there is no flag ${argv[0] ?? ''} without a command`);
  const topic = names.some((name) => name.startsWith(`${typed[0]} `));
  const word = typed.slice(0, topic ? 2 : 1).join(' ');
  // `local status`: the second word may be a command of its own.
  const near = topic && names.includes(typed[1] ?? '') ? [typed[1] ?? ''] : nearNames(word, names);
  const hint = near.length > 0 ? `did you mean ${near.map((name) => `\`ssmlab ${name}\``).join(' or ')}?` : `see \`ssmlab ${topic ? `${typed[0] ?? ''} ` : ''}--help\``;
  return new SsmlabError('usage', `there is no command "${word}"`, { hint });
}

/** The package for oclif, its name as the user can type it: help and examples show that. */
function named(root: string): Interfaces.LoadOptions {
  const folder = dirname(dirname(fileURLToPath(root)));
  const pjson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Interfaces.PJSON;
  return { root: folder, pjson: { ...pjson, oclif: { ...pjson.oclif, bin: programName() } } };
}

/** `destroy 3`: oclif joins the words to the name of a command that is not there. The one that is there says what is wrong with them. */
async function takesNoArguments(root: string, argv: readonly string[]): Promise<(() => Promise<unknown>) | undefined> {
  const config = await Config.load(named(root));
  for (const words of [2, 1]) {
    const id = argv.slice(0, words).join(':');
    if (argv.length > words && config.findCommand(id) !== undefined) return () => config.runCommand(id, argv.slice(words));
  }
  return undefined;
}

/** Runs one command line. `root` is the URL of the bin script: oclif finds the package and its manifest from there. */
export async function main(root: string, argv: readonly string[]): Promise<void> {
  // oclif's own listener throws what it does not know, past everybody.
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', onOutputError);
  try {
    await run(argv.length === 0 ? ['home'] : [...argv], named(root));
    await flush();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIT') {
      process.exitCode ??= (error as { oclif?: { exit?: number } }).oclif?.exit ?? 0;
      return;
    }
    const notFound = error instanceof Error && /^command .* not found\.?$/iu.test(error.message);
    const taker = notFound ? await takesNoArguments(root, argv) : undefined;
    if (taker !== undefined) {
      await taker();
      await flush();
      return;
    }
    const known = notFound ? await unknownCommand(root, argv) : asSsmlabError(error);
    const style = styleFor(process.stderr);
    process.exitCode = known?.exit ?? FAULT_EXIT;
    if (known !== undefined && argv.includes('--json')) process.stdout.write(`${jsonForLog(JSON.stringify(errorJson(known), null, 2))}\n`);
    else process.stderr.write(`${forLog((known === undefined ? faultLines(error, style, wantsDebug(argv)) : errorLines(known, style, textWidth(process.stderr))).join('\n'))}\n`);
  }
}
