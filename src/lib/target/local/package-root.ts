/** Where this package is installed: bundled modules stand at varying depths below it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'oclif.manifest.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
