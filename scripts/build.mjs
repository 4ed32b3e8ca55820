/** Bundles src/ into dist/: one entry a command, the CLI's shim, its help, the region process and the sandbox's worker; then their licences and the manifest. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledPackages, LICENCE_FILE, licenceFile } from './licences.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Output name → source. */
export function entryPoints() {
  const commands = filesUnder(join(root, 'src/commands')).map((file) => [file.slice('src/'.length, -'.ts'.length), file]);
  return Object.fromEntries([
    ...commands,
    ['cli', 'src/cli/main.ts'],
    ['help', 'src/cli/help.ts'],
    ['stand-in', 'src/cli/stand-in-main.ts'],
    ['cloud/main', 'src/cloud/main.ts'],
    ['cloud/probe', 'src/cloud/probe-main.ts'],
    ['cloud/worker', 'src/cloud/guest/sandbox/worker.ts'],
    ['cloud/holder', 'src/cloud/fabric/netns/holder/main.ts'],
  ]);
}

/** Of just-bash only the parser is used: the commands that it would load on demand stay outside. */
const grammarOnly = {
  name: 'grammar-only',
  setup(setup) {
    setup.onResolve({ filter: /./ }, (args) => (args.kind === 'dynamic-import' && args.importer.includes('just-bash') ? { path: args.path, external: true } : undefined));
  },
};

/**
 * The SDK's schemas compute: the keys of traits by constants (`{ [_xN]: _aI }`), flags by `64 | 0`. That may have an effect for all that esbuild knows, so it
 * would keep every such schema, of operations that are never called too: a megabyte of EC2's to parse at each start. Spelled out, what is unused goes.
 */
const literalSchemas = {
  name: 'literal-schemas',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/][^\\/]+\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const constants = new Map([...text.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]));
      const spelled = text.replace(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key));
      return { contents: spelled.replace(/\b(\d+) \| (\d+)\b/g, (_, left, right) => String(Number(left) | Number(right))), loader: 'js' };
    });
  },
};

/** What goes in and how: esbuild's options. */
export function bundleOptions() {
  return {
    absWorkingDir: root,
    entryPoints: entryPoints(),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    sourcesContent: false,
    // Optional native parts of ssh2: it falls back to JavaScript where they are missing.
    // oclif would compile commands of a plugin in TypeScript; ours are compiled.
    external: ['cpu-features', '*.node', 'typescript'],
    plugins: [grammarOnly, literalSchemas],
    // @oclif/core and ssh2 are CommonJS: what CommonJS finds around it has to be made in an ES module.
    banner: {
      js: [
        "import { createRequire as __createRequire } from 'node:module';",
        "import { dirname as __directoryOf } from 'node:path';",
        "import { fileURLToPath as __pathOf } from 'node:url';",
        'const require = __createRequire(import.meta.url);',
        'const __filename = __pathOf(import.meta.url);',
        'const __dirname = __directoryOf(__filename);',
      ].join('\n'),
    },
    logLevel: 'warning',
    metafile: true,
  };
}

export async function build() {
  const { build: bundle } = await import('esbuild');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const { metafile } = await bundle(bundleOptions());
  writeFileSync(join(root, LICENCE_FILE), licenceFile(bundledPackages(metafile, root), root));
  await writeManifest();
}

/** The manifest spares oclif loading every command at every start (facts/styles.md §5.3: 519 ms). */
export async function makeManifest() {
  const { Plugin } = await import('@oclif/core');
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  // oclif takes the commands in the order in which the file system lists them, which is not the same in every clone.
  const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...plugin.manifest, commands }, null, 2)}\n`;
}

async function writeManifest() {
  writeFileSync(join(root, 'oclif.manifest.json'), await makeManifest());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!existsSync(join(root, 'node_modules'))) throw new Error('run `npm ci` first');
  await build();
}
