/** `npm test`: types, lint, then all tests. The last line is `N passed, N failed, N skipped`. Arguments go to vitest. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);

function run(name, args) {
  const { status } = spawnSync(bin(name), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  if (name !== 'vitest') process.stdout.write(`${name} found errors\n0 passed, 1 failed\n`);
  process.exit(status ?? 1);
}

run('tsc', ['-p', 'tsconfig.json']);
run('oxlint', ['--type-aware', '--deny-warnings']);
run('vitest', ['run', ...process.argv.slice(2)]);
