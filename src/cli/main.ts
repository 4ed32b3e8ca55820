/** The bundle's way into oclif: `bin/run.js` imports it and hands over the arguments. */
import { execute } from '@oclif/core';

/** Runs one command line. `root` is the URL of the bin script: oclif finds the package and its manifest from there. */
export async function main(root: string, argv: readonly string[]): Promise<void> {
  await execute({ dir: root, args: argv.length === 0 ? ['home'] : [...argv] });
}
