/** nc: a TCP connection by hand, or a probe with -z. */
import { SystemError } from '../system/errors.js';
import { END_OF_FILE, type OpenFile } from '../system/open-file.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { connectTo } from './http.js';
import { resolveHost } from './resolve.js';

/** The kernel's patience with a SYN that nothing answers. */
const KERNEL_TIMEOUT_MS = 130_000;

async function copyOut(call: Call, socket: OpenFile): Promise<void> {
  for (;;) {
    const data = socket.take(65536);
    if (data === undefined) await call.process.wait(socket.readable());
    else if (data === END_OF_FILE || data.length === 0) return;
    else await call.process.write(1, data);
  }
}

async function copyIn(call: Call, socket: OpenFile): Promise<void> {
  for (;;) {
    const data = await call.process.read(0);
    if (data.length === 0) break;
    let rest = data;
    while (rest.length > 0) {
      const taken = socket.put(rest);
      rest = rest.subarray(taken);
      if (taken === 0) await call.process.wait(socket.writable());
    }
  }
  (socket as OpenFile & { shutdown?: () => void }).shutdown?.();
}

export const nc: Command = async (call) => {
  const options = call.options('zvw:nlp:uN46k', {}, { permute: true });
  if (options.has('l') || options.has('u')) throw new UsageError(`the sandbox's nc ${options.has('l') ? 'does not listen' : 'has no UDP'}: nc [-z] [-v] [-n] [-w seconds] host port`);
  const [host, port] = options.operands;
  const number = Number(port);
  if (host === undefined || port === undefined) throw new UsageError('usage: nc [-nvz] [-w seconds] host port');
  if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new UsageError(`port number invalid: ${port}`);
  const resolved = await resolveHost(call.process, host);
  if (typeof resolved !== 'object') return call.fail(`Could not resolve hostname "${host}": ${resolved}. QUITTING.`);
  const wait = options.value('w');
  const say = (text: string): Promise<void> => (options.has('v') ? call.err(`Ncat: ${text}\n`) : Promise.resolve());
  let socket: OpenFile;
  try {
    socket = (await connectTo(call.process, resolved.addresses[0] ?? '', number, wait === undefined ? KERNEL_TIMEOUT_MS : Number(wait) * 1000)).retain();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    // ncat tells this without -v, too.
    await call.err(`Ncat: ${error.code === 'ETIMEDOUT' ? 'TIMEOUT' : error.message}.\n`);
    return 1;
  }
  try {
    await say(`Connected to ${resolved.addresses[0] ?? ''}:${number}.`);
    if (options.has('z')) return 0;
    const sending = copyIn(call, socket).catch((error: unknown) => {
      if (!(error instanceof SystemError)) throw error;
    });
    // Like ncat, the peer's end ends it; our own end of input does not.
    await Promise.race([copyOut(call, socket), sending.then(() => new Promise<never>(() => {}))]);
    return 0;
  } finally {
    socket.release();
  }
};
