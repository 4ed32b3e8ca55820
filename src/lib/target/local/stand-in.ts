/** The folder that `local env` appends to PATH: our client under the name that the AWS CLI looks for. */
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellQuote } from '../../report/shell-quote.js';
import { cloudFolder, ensureSafeFolder } from './home.js';
import { packageRoot } from './package-root.js';

const PROGRAM = 'session-manager-plugin';

/** Part of the local cloud's state: it goes when that goes. */
const standInFolder = (home: string): string => join(cloudFolder(home), 'bin');

/** Writes the program, 0700, for this Node and this package, and returns its folder. */
export async function writeStandIn(home: string): Promise<string> {
  const folder = standInFolder(home);
  await ensureSafeFolder(folder);
  const draft = join(folder, `.${PROGRAM}.${process.pid}`);
  const program = join(packageRoot(), 'dist', 'stand-in.js');
  await writeFile(draft, `#!/bin/sh\n# ssmlab's own Session Manager client, for an AWS CLI without AWS's plugin; one that comes before it on PATH is used instead.\nAWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true exec ${shellQuote(process.execPath)} ${shellQuote(program)} "$@"\n`, { mode: 0o700 });
  // The umask may have taken from the mode.
  await chmod(draft, 0o700);
  await rename(draft, join(folder, PROGRAM));
  return folder;
}
