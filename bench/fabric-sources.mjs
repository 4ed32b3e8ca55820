/** The fabric of real packets from its sources, for a bench that runs it in its own process. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/build.mjs';

const OPTIONS = {
  bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
};

/** What `contents` (TypeScript, paths from the root) exports, and `program`, the holder. */
export async function fabricSources(folder, name, contents) {
  const program = join(folder, 'holder.mjs');
  await build({ ...OPTIONS, entryPoints: [join(root, 'src/cloud/fabric/netns/holder/main.ts')], outfile: program });
  const outfile = join(folder, `${name}.mjs`);
  await build({ ...OPTIONS, outfile, stdin: { resolveDir: root, loader: 'ts', contents } });
  return { program, ...await import(pathToFileURL(outfile).href) };
}

/** A fabric with the lab's network on it; undefined, and why, where this machine has none. `sources`: what {@link fabricSources} gave, `labModel` among it. */
export async function labFabric({ program, createNetnsFabric, labModel }) {
  try {
    const fabric = await createNetnsFabric({ program, log: (line) => console.error(line), onEnd: (why) => console.error(why) });
    await fabric.apply(labModel());
    return { fabric };
  } catch (error) {
    return { missing: error.message };
  }
}
