/**
 * The product as the schedules run it: the service's session, the agent's end of it and the tool's own client, compiled from
 * their sources with the network and the clock of the test below them; with a defect planted where one is asked for.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { SessionChannel } from '../../../../src/cloud/guest/agent/session-channel.js';
import type { SessionHandshake } from '../../../../src/cloud/guest/agent/session-handshake.js';
import type { Session } from '../../../../src/cloud/messages/session.js';
import type { openDataChannel } from '../../../../src/lib/session/data-channel.js';
import type { Wire } from './ws-double.js';

export interface Product {
  readonly Session: typeof Session;
  readonly SessionChannel: typeof SessionChannel;
  readonly SessionHandshake: typeof SessionHandshake;
  readonly openDataChannel: typeof openDataChannel;
  readonly wire: Wire;
}

export interface Defect {
  readonly file: string;
  readonly was: string;
  readonly is: string;
  /** Only the client's copy of the module has it. */
  readonly inClientAlone?: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../../..');
/** What client, service and agent run alike. */
const SHARED = /\/src\/lib\/protocol\/.*\.ts$/;
const CLIENT = '?client';

/** The source with the defect in it. Throws when it does not hold `was` exactly once. */
function planted({ file, was, is }: Defect): string {
  const parts = readFileSync(join(root, file), 'utf8').split(was);
  if (parts.length !== 2) throw new Error(`${file} holds "${was}" ${parts.length - 1} times`);
  return parts.join(is);
}

/** The client gets modules of its own where the defect is to be in it alone. */
function planting(defect: Defect): Plugin {
  const source = planted(defect);
  const path = join(root, defect.file);
  return {
    name: 'defect',
    setup(setup) {
      if (defect.inClientAlone === true) {
        setup.onResolve({ filter: /^\./ }, ({ path: wanted, importer, resolveDir, pluginData }) => {
          const found = resolve(resolveDir, wanted.replace(/\.js$/, '.ts'));
          const byClient = importer.includes('/src/lib/session/') || pluginData === CLIENT;
          return byClient && SHARED.test(found) ? { path: found, suffix: CLIENT, pluginData: CLIENT } : undefined;
        });
      }
      setup.onLoad({ filter: /\.ts$/ }, (args) => {
        const itsOwn = args.suffix === CLIENT;
        const contents = args.path === path && itsOwn === (defect.inClientAlone === true) ? source : undefined;
        if (contents !== undefined || itsOwn) return { contents: contents ?? readFileSync(args.path, 'utf8'), loader: 'ts', resolveDir: dirname(args.path), pluginData: args.pluginData as unknown };
        return undefined;
      });
    },
  };
}

export async function loadProduct(defect?: Defect): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-product-'));
  try {
    const outfile = join(folder, 'product.mjs');
    await build({
      stdin: {
        contents: `export { Session } from './src/cloud/messages/session.js';
          export { SessionChannel } from './src/cloud/guest/agent/session-channel.js';
          export { SessionHandshake } from './src/cloud/guest/agent/session-handshake.js';
          export { openDataChannel } from './src/lib/session/data-channel.js';
          export { wire } from ${JSON.stringify(join(here, 'ws-double.js'))};`,
        resolveDir: root,
        loader: 'ts',
      },
      outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error',
      alias: { ws: join(here, 'ws-double.ts'), 'node:timers/promises': join(here, 'timers-double.ts') },
      plugins: defect === undefined ? [] : [planting(defect)],
    });
    return (await import(pathToFileURL(outfile).href)) as Product;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
