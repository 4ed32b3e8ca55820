/** The product's session with a defect planted in the source of one module: compiled apart, loaded beside the real one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Product } from './virtual-session.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** Throws when the source does not hold `was` exactly once. */
export async function mutated(file: string, was: string, is: string): Promise<Product> {
  const path = join(root, file);
  const parts = readFileSync(path, 'utf8').split(was);
  if (parts.length !== 2) throw new Error(`${file} holds "${was}" ${parts.length - 1} times`);
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-mutant-'));
  try {
    const outfile = join(folder, 'mutant.mjs');
    await build({
      stdin: {
        contents: `export { Hop } from './src/cloud/messages/hop.js';
          export { Session } from './src/cloud/messages/session.js';
          export { SessionChannel } from './src/cloud/guest/agent/session-channel.js';`,
        resolveDir: root,
        loader: 'ts',
      },
      outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error',
      banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
      plugins: [{
        name: 'mutation',
        setup: (setup) => setup.onLoad({ filter: /\.ts$/ }, (args) => (args.path === path ? { contents: parts.join(is), loader: 'ts' } : undefined)),
      }],
    });
    return (await import(pathToFileURL(outfile).href)) as Product;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
