/** The product, built as it is shipped, but for servers in its guests that transfers of the bench lead to (`guest-host.mjs`). */
import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOptions, root } from '../../scripts/build.mjs';

const servers = {
  name: 'bench-servers',
  setup(setup) {
    setup.onResolve({ filter: /\/guest\/sandbox\/host\.js$/ }, (args) => (args.importer.endsWith('cloud/regions.ts') ? { path: join(root, 'bench/session/guest-host.mjs') } : undefined));
  },
};

/** Makes it in `folder`. Returns its command line. */
export async function makeProduct(folder) {
  const options = bundleOptions();
  for (const name of ['bin', 'package.json', 'oclif.manifest.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  await build({
    ...options,
    outdir: join(folder, 'dist'),
    plugins: [...options.plugins, servers],
    metafile: false,
  });
  return join(folder, 'bin/run.js');
}
