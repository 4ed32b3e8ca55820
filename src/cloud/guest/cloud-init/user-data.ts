/**
 * Runs an instance's user data as cloud-init does: a script (`#!`) once, as root, its output in cloud-init-output.log.
 * A guest's disk is new at each boot, and with it the mark that cloud-init leaves, so that a script runs at each boot.
 */
import { gunzipSync } from 'node:zlib';
import type { Guest, GuestFiles, GuestProcess } from '../guest.js';

const FOLDER = '/var/lib/cloud/instance';
const LOG = '/var/log/cloud-init-output.log';
/** Output that is kept; a script may write more. */
const OUTPUT_LIMIT = 64 * 1024;
/** A script unpacked; EC2 takes 16 KiB packed. */
const UNPACKED_LIMIT = 1024 * 1024;

export interface UserDataResult {
  /** What the console shows of it. */
  readonly text: string;
  /** The script's; undefined when there was none to run. */
  readonly exitCode?: number | undefined;
}

/** What cloud-init would make of other kinds is not tried: said, not ignored. */
function kindOf(text: string): string {
  if (text.startsWith('#!')) return 'script';
  if (text.startsWith('#cloud-config')) return 'text/cloud-config';
  if (/^(Content-Type|MIME-Version):/i.test(text)) return 'a MIME archive';
  return 'of no kind that cloud-init knows';
}

function unpacked(data: Buffer): Buffer {
  if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
  return gunzipSync(data, { maxOutputLength: UNPACKED_LIMIT });
}

async function writeFile(files: GuestFiles, path: string, data: Buffer, mode: number): Promise<void> {
  await files.create(path, mode);
  await files.write(path, 0, data);
  await files.setMode(path, mode);
}

async function makeFolders(files: GuestFiles): Promise<void> {
  for (const path of ['/var/lib/cloud', FOLDER, `${FOLDER}/scripts`]) {
    await files.makeDirectory(path, path.endsWith('scripts') ? 0o700 : 0o755).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Both streams together, up to the limit; the rest is read and dropped, so that the script is not held up. */
async function outputOf(process: GuestProcess): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of stream) {
      if (size < OUTPUT_LIMIT) chunks.push(chunk.subarray(0, OUTPUT_LIMIT - size));
      size += chunk.length;
    }
  };
  process.stdin.end();
  await Promise.all([take(process.stdout), take(process.stderr)]);
  return Buffer.concat(chunks);
}

/** Resolves when the script has ended. Rejects when the guest goes down meanwhile. */
export async function runUserData(guest: Guest, userData: Buffer): Promise<UserDataResult> {
  const files = guest.files('root');
  await makeFolders(files);
  await writeFile(files, `${FOLDER}/user-data.txt`, userData, 0o600);
  let script: Buffer;
  try {
    script = unpacked(userData);
  } catch {
    return { text: 'cloud-init: the user data cannot be unpacked' };
  }
  const kind = kindOf(script.toString('latin1', 0, 64));
  if (kind !== 'script') {
    const text = `cloud-init: the user data is ${kind}; the local cloud's guests run scripts (#!) only`;
    await writeFile(files, LOG, Buffer.from(`${text}\n`), 0o640);
    return { text };
  }
  await writeFile(files, `${FOLDER}/scripts/part-001`, script, 0o700);
  const process = await guest.spawn({ user: 'root', run: { kind: 'line', line: `${FOLDER}/scripts/part-001` }, directory: '/' });
  const output = await outputOf(process);
  const { code, signal } = await process.status;
  await writeFile(files, LOG, output, 0o640);
  const failed = code === 0 ? [] : [`cloud-init: the user data's script ended with ${code === undefined ? `signal ${signal ?? '?'}` : `status ${code}`}`];
  const shown = output.toString('utf8').split(/\r?\n/).filter((line) => line !== '').map((line) => `cloud-init: ${line}`);
  return { text: [...shown, ...failed, 'cloud-init: finished'].join('\r\n'), exitCode: code };
}
