/**
 * The region process. Started by the tool with a state folder and a lock; takes the lock, opens the journal, listens on
 * loopback, prints one line of readiness on stdout and closes it. What it says after that goes to its log (stderr).
 */
import { existsSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { VERSION } from '../version.js';
import { openBeside } from './beside.js';
import { chooseFabric, FABRIC_CHOICES, type FabricChoice, FabricChoiceError, fabricBefore, rememberFabric } from './fabric/choice.js';
import { probe } from './probe.js';
import { GLOBAL, type LocalCloud, startRegions } from './regions.js';
import { holdings } from './holdings.js';
import { takeLock } from './lock.js';
import { makeSecrets, readSecrets, type RegionSecrets, writeSecrets } from './secrets.js';
import { JournalError, openJournal } from './state/journal.js';

class StartError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A log that cannot be written (its disk is full) must not cost an answer. */
const log = (line: string): void => {
  try {
    writeSync(2, `${new Date().toISOString()} ${line}\n`);
  } catch {
    return;
  }
};

function answer(line: object): Promise<void> {
  return new Promise((resolve) => process.stdout.end(`${JSON.stringify(line)}\n`, resolve));
}

/** Listens on the port asked for, else the one of the last run, else a free one. */
function listen(server: ReturnType<typeof createServer>, asked: number | undefined, kept: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const port = asked ?? kept;
      if (error.code !== 'EADDRINUSE') reject(error);
      else reject(new StartError('cloud-port-taken', `another program listens on 127.0.0.1:${port}, the port of the local cloud`));
    });
    server.listen({ host: '127.0.0.1', port: asked ?? kept ?? 0, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Who comes between the server's listening and the regions' being there waits for them: Node would take a request that nobody listens for, and never answer. */
function doorOf(server: ReturnType<typeof createServer>): (cloud: LocalCloud) => void {
  let open: (cloud: LocalCloud) => void = () => undefined;
  const opened = new Promise<LocalCloud>((resolve) => (open = resolve));
  server.on('request', (request, reply) => void opened.then((cloud) => cloud.onRequest(request, reply)));
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    void opened.then((cloud) => (socket.destroyed ? undefined : cloud.onUpgrade(request, socket, head)));
  });
  return open;
}

/** The folder's secrets, new ones for a new folder. A journal is worth nothing without those that it was written with. */
async function secretsOf(folder: string): Promise<RegionSecrets> {
  let secrets: RegionSecrets | undefined;
  try {
    secrets = readSecrets(folder);
  } catch (error) {
    if (error instanceof SyntaxError) throw new StartError('state-corrupt', `${join(folder, 'secrets.json')} is damaged: ${error.message}`);
    throw new StartError('state-unsafe', (error as Error).message);
  }
  if (secrets !== undefined) return secrets;
  if (existsSync(join(folder, 'journal'))) throw new StartError('state-corrupt', `${join(folder, 'secrets.json')} is missing, and the journal beside it belongs to it`);
  const made = await makeSecrets();
  // Before the journal: one without its secrets is refused.
  writeSecrets(folder, made);
  return made;
}

async function start(folder: string, { lockAddress, askedPort, choice }: { readonly lockAddress: string; readonly askedPort: number | undefined; readonly choice: FabricChoice }): Promise<{ cloud: LocalCloud; greeting: () => object; close: () => void }> {
  const secrets = await secretsOf(folder);
  const journal = openJournal(join(folder, 'journal'));
  const standing = holdings(journal.memory).some(({ kind }) => kind === 'stacks' || kind === 'VPCs');
  const fabric = await chooseFabric({ choice, before: fabricBefore(journal.memory, GLOBAL), standing, probe });
  // A head has 20 s to come whole, looked at every 5: connections that dribble do not pile up. Bodies have their own limit.
  const server = createServer({ headersTimeout: 20_000, connectionsCheckingInterval: 5000 });
  const open = doorOf(server);
  const port = await listen(server, askedPort, secrets.ports.endpoint);
  const beside = await openBeside(server, lockAddress);
  const cloud = await startRegions({
    memory: journal.memory,
    secrets,
    endpointUrl: `http://127.0.0.1:${port}`,
    uplinkPort: secrets.ports.uplink,
    objectFolder: join(folder, 'objects'),
    dataPlane: {
      kind: fabric.kind,
      orComputed: fabric.orComputed === true,
      workerUrl: new URL('./worker.js', import.meta.url),
      holderProgram: fileURLToPath(new URL('./holder.js', import.meta.url)),
      // The journal is whole at any moment; the next command starts it anew, with its instances as after a power cut.
      onEnd: (why) => {
        log(`the namespaces of the lab are gone: ${why}`);
        process.exit(3);
      },
    },
    log,
  });
  rememberFabric(journal.memory, GLOBAL, cloud.fabric);
  open(cloud);
  writeSecrets(folder, { ...secrets, ports: { endpoint: port, uplink: cloud.uplinkPort } });
  return {
    cloud,
    greeting: () => ({ version: VERSION, pid: process.pid, endpoint: `http://127.0.0.1:${port}`, beside: beside?.address ?? null, uplinkPort: cloud.uplinkPort, fabric: cloud.fabric, fabricNote: cloud.fabricNote ?? fabric.note ?? null, holdings: holdings(journal.memory), trouble: journal.trouble() ?? cloud.held() ?? null }),
    close: () => {
      beside?.close();
      server.close();
      server.closeAllConnections();
      journal.close();
    },
  };
}

function startErrorOf(error: unknown): { code: string; message: string } {
  if (error instanceof StartError || error instanceof JournalError || error instanceof FabricChoiceError) return { code: error.code, message: error.message };
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') return { code: 'cloud-port-taken', message: `another program listens on 127.0.0.1:${port ?? '?'}, a port of the local cloud` };
  if (code === 'ENOSPC') return { code: 'cloud-start-failed', message: `the disk of the state folder is full: ${message}` };
  return { code: 'cloud-start-failed', message };
}

function choiceOf(asked = 'auto'): FabricChoice {
  const choice = FABRIC_CHOICES.find((each) => each === asked);
  if (choice === undefined) throw new StartError('usage', `there is no fabric "${asked}": it is one of ${FABRIC_CHOICES.join(', ')}`);
  return choice;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { state: { type: 'string' }, lock: { type: 'string' }, port: { type: 'string' }, fabric: { type: 'string' } } });
  const { state: folder, lock: address } = values;
  if (folder === undefined || address === undefined) throw new Error('--state and --lock are required');
  process.title = 'ssmlab local cloud';
  const lock = await takeLock(address);
  if (lock === undefined) {
    await answer({ error: { code: 'lock-held', message: 'another process holds the lock' } });
    process.exit(3);
  }
  try {
    const { cloud, greeting, close } = await start(folder, { lockAddress: address, askedPort: values.port === undefined ? undefined : Number(values.port), choice: choiceOf(values.fabric) });
    const stop = (signal: string): void => {
      log(`ends on ${signal}`);
      void cloud.stop().finally(() => {
        close();
        lock.release();
        process.exit(0);
      });
      // A guest that will not end must not keep the lock.
      setTimeout(() => process.exit(0), 3000).unref();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    lock.announce(greeting);
    log(`ssmlab ${VERSION} is ready (pid ${process.pid})`);
    await answer({ ready: true });
  } catch (error) {
    log(`did not start: ${(error as Error).stack ?? String(error)}`);
    await answer({ error: startErrorOf(error) });
    process.exit(3);
  }
}

// A defect in one connection must not take the region down; it is logged and the process goes on.
process.on('uncaughtException', (error) => log(`uncaught: ${error.stack ?? error.message}`));
process.on('unhandledRejection', (reason) => log(`unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`));
await main();
