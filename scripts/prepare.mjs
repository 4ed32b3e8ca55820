/** Makes a clone ready to run: installs what package-lock.json says and builds, each only when it is out of date. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '../bin/node-version.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

function newest(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

function run(title, command, args) {
  const started = Date.now();
  process.stderr.write(`${title} … `);
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (status === 0) {
    process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    return;
  }
  process.stderr.write(`failed\n${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.exit(status ?? 1);
}

// npm writes the hidden lock file last, so it is there only after a whole install.
if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  run('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (modified('dist/cli.js') < Math.max(newest('src'), modified('package.json'), modified('scripts/build.mjs'))) {
  run('Building', process.execPath, ['scripts/build.mjs']);
}
