/** The fabric of real packets for tests: its holder is bundled once per test process, as the build does. */
import { build } from 'esbuild';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createNetnsFabric, type NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';

let bundled: Promise<string> | undefined;

/** Path of the compiled holder. */
export function bundleHolder(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const root = resolve(import.meta.dirname, '../../../../..');
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/cloud/fabric/netns/holder/main.ts')], write: false, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error',
  });
  const text = outputFiles[0]?.text ?? '';
  const folder = join(root, 'node_modules/.cache/ssmlab-tests');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `holder-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`);
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return path;
}

export async function startNetnsFabric(onEnd: (why: string) => void = () => undefined): Promise<NetnsFabric> {
  return createNetnsFabric({
    program: await bundleHolder(),
    log: (line) => {
      throw new Error(line);
    },
    onEnd,
  });
}

/** Why this machine cannot have it; undefined where it can. */
export async function netnsObstacle(): Promise<string | undefined> {
  try {
    const fabric = await createNetnsFabric({ program: await bundleHolder(), log: () => undefined, onEnd: () => undefined });
    await fabric.close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
