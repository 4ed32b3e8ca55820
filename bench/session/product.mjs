/** The product, built as it is shipped, but for what transfers of the bench need: servers in its guests (`guest-host.mjs`), agents that send smaller payloads when told to, and a region that tells its memory. */
import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOptions, root } from '../../scripts/build.mjs';

const additions = {
  name: 'bench-additions',
  setup(setup) {
    const replace = (filter, importer, by) => setup.onResolve({ filter }, (args) => (args.importer.endsWith(importer) ? { path: join(root, 'bench/session', by) } : undefined));
    replace(/\/guest\/sandbox\/host\.js$/, 'cloud/regions.ts', 'guest-host.mjs');
    replace(/\/session-channel\.js$/, 'guest/agent/session-worker.ts', 'slicing-channel.mjs');
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
