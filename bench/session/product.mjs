/** The product, built as it is shipped, but for what transfers of the bench need: servers in its guests (`guest-host.mjs`), agents that send smaller payloads when told to, and a region that tells its memory. */
import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOptions, root } from '../../scripts/build.mjs';

const REPLACED = [
  { filter: /\/guest\/sandbox\/host\.js$/, importer: 'cloud/data-plane.ts', by: 'guest-host.mjs' },
  { filter: /\/session-channel\.js$/, importer: 'guest/agent/session-worker.ts', by: 'slicing-channel.mjs' },
];

const additions = {
  name: 'bench-additions',
  setup(setup) {
    const made = new Set();
    for (const { filter, importer, by } of REPLACED) {
      setup.onResolve({ filter }, (args) => {
        if (!args.importer.endsWith(importer)) return undefined;
        made.add(by);
        return { path: join(root, 'bench/session', by) };
      });
    }
    // A product whose modules have moved would be one without servers, and nothing would answer the bench.
    setup.onEnd(() => {
      const missing = REPLACED.filter(({ by }) => !made.has(by));
      return { errors: missing.map(({ by, importer, filter }) => ({ text: `${importer} imports nothing that ${filter} names, and ${by} stands nowhere: mend bench/session/product.mjs` })) };
    });
  },
};

/** Makes it in `folder`. Returns its command line. */
export async function makeProduct(folder) {
  const options = bundleOptions();
  for (const name of ['bin', 'package.json', 'oclif.manifest.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  await build({
    ...options,
    entryPoints: { ...options.entryPoints, 'cloud/worker': 'bench/session/worker.mjs' },
    outdir: join(folder, 'dist'),
    plugins: [...options.plugins, additions],
    metafile: false,
  });
  return join(folder, 'bin/run.js');
}

/** One program of the bench with the product's own modules in it. */
export async function bundleProgram(entry, outfile) {
  await build({ ...bundleOptions(), entryPoints: [join(root, entry)], outdir: undefined, outfile, splitting: false, metafile: false, sourcemap: false });
}
