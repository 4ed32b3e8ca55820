/** The fabric of real packets for tests: its holder is bundled once per test process, as the build does. */
import { build } from 'esbuild';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createNetnsFabric, type NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';

const root = resolve(import.meta.dirname, '../../../../..');
const programs = new Map<string, Promise<string>>();

/** Path of the compiled holder. */
export const bundleHolder = (): Promise<string> => bundled(join(root, 'src/cloud/fabric/netns/holder/main.ts'));

/** Path of a compiled program. */
export function bundled(source: string): Promise<string> {
  const known = programs.get(source);
  const program = known ?? bundle(source);
  if (known === undefined) programs.set(source, program);
  return program;
}

async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source], write: false, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  const text = outputFiles[0]?.text ?? '';
  // Named by its content: one file however often the tests run.
  const folder = join(root, 'node_modules/.cache/ssmlab');
  const path = join(folder, `${basename(source, '.ts')}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`);
  const partial = `${path}.${randomUUID()}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(partial, text);
  renameSync(partial, path);
  return path;
}

/** By default what is logged is a fault, and fails the test. */
export async function startNetnsFabric(onEnd: (why: string) => void = () => undefined, log: (line: string) => void = fail): Promise<NetnsFabric> {
  return createNetnsFabric({ program: await bundleHolder(), log, onEnd });
}

function fail(line: string): never {
  throw new Error(line);
}

/** Why this machine cannot have it; undefined where it can. */
export async function netnsObstacle(): Promise<string | undefined> {
  try {
    const fabric = await startNetnsFabric(() => undefined, () => undefined);
    await fabric.close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
