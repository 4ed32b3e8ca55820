/**
 * The holder: the one program of ours inside the lab's namespaces. It lives in the simulated internet, makes the sockets that
 * the region process asks for and hands them over, and runs `ip`, `nft` and the like. It decides nothing, and ends with the
 * region process; with it ends the lab.
 */
import { mkdirSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import type { Socket as UdpSocket } from 'node:dgram';
import { ownedScript, uidMode } from './owned.js';
import type { FromHolder, RunResult, ToHolder } from './protocol.js';
import { NETWORK_NAMESPACES, USER_NAMESPACES } from './protocol.js';
import { Rules } from './rules.js';
import { run } from './run.js';
import { Shells } from './shells.js';
import { bind, dial, listen } from './sockets.js';

type Handle = Server | Socket | UdpSocket;

const shells = new Shells();
const rules = new Rules(shells);
const pending = new Map<number, AbortController>();

function say(message: FromHolder, handle?: Handle): Promise<void> {
  return new Promise((resolve) => process.send?.(message, handle, {}, () => resolve()));
}

async function carryOut(request: ToHolder, signal: AbortSignal): Promise<RunResult | Handle | undefined> {
  switch (request.op) {
    case 'run':
      return run(request);
    case 'script':
      return shells.run(request.namespace, request.script);
    case 'rules':
      return rules.run(request.namespace, request.transactions);
    case 'leave':
      return rules.leave(request.namespaces).then(() => undefined);
    case 'own':
      return shells.run('', ownedScript(request.names, uidMode()));
    case 'listen':
      return listen(request.address, request.port);
    case 'bind':
      return bind(request.address, request.port);
    case 'dial':
      return dial(request.from, request.address, request.port, signal);
    case 'beat':
    case 'abort':
  }
  return undefined;
}

async function answer(request: ToHolder): Promise<void> {
  if (request.op === 'abort') {
    pending.get(request.request)?.abort();
    return;
  }
  const abort = new AbortController();
  pending.set(request.id, abort);
  try {
    const result = await carryOut(request, abort.signal);
    if (result === undefined || 'status' in result) {
      await say({ id: request.id, result });
      return;
    }
    await say({ id: request.id, result: undefined }, result);
    // A connected socket was given away; a listening or bound one was copied.
    if (request.op !== 'dial') (result as Server | UdpSocket).close();
  } catch (error) {
    const { code = 'EIO', message } = error as NodeJS.ErrnoException;
    await say({ id: request.id, error: { code, message } });
  } finally {
    pending.delete(request.id);
  }
}

process.title = 'ssmlab network';
process.on('disconnect', () => process.exit(0));
process.on('message', (request: ToHolder) => void answer(request));
for (const folder of [NETWORK_NAMESPACES, USER_NAMESPACES]) mkdirSync(folder, { recursive: true });
await say({ ready: true, uidMode: uidMode() });
