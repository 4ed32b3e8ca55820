/**
 * The program in each guest's network namespace, and in the internet's: serves, and sends flows when it is told to. It is
 * told by lines of JSON over a socket, whose path is the first argument; the second is what it calls itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createConnection, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import type { Order, Report } from './orders.js';

const [path = '', who = ''] = process.argv.slice(2);
const control = connect(path);
const report = (line: Report): void => void control.write(`${JSON.stringify(line)}\n`);
/** What is under way in this round. */
const pending = new Set<() => void>();
const held = new Map<number, Socket>();
const echoes = new Map<string, UdpSocket>();
const listening = new Set<number>();

/** Every server greets with the address that it sees, then echoes. */
function greet(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.write(`${socket.remoteAddress}\n`);
  socket.pipe(socket);
}

async function serve(order: Order & { op: 'serve' }): Promise<void> {
  for (const port of order.tcp) {
    if (listening.has(port)) continue;
    listening.add(port);
    await new Promise<void>((resolve) => createServer(greet).listen(port, '0.0.0.0', resolve));
  }
  for (const address of echoes.keys()) {
    if (order.echo.includes(address)) continue;
    echoes.get(address)?.close();
    echoes.delete(address);
  }
  for (const address of order.echo) {
    if (echoes.has(address)) continue;
    const socket = createSocket('udp4');
    echoes.set(address, socket);
    socket.on('error', () => undefined);
    socket.on('message', (bytes, from) => socket.send(`${bytes.toString()} ${from.address}`, from.port, from.address, () => undefined));
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(order.echoPort, address, resolve);
    });
  }
  report({ id: order.id, got: 'served' });
}

/** Runs until something is got or the round is over. */
function attempt(id: number, stop: () => void): (got: string | undefined) => void {
  const over = (): void => {
    pending.delete(over);
    stop();
  };
  pending.add(over);
  return (got) => {
    if (!pending.delete(over)) return;
    stop();
    if (got !== undefined) report({ id, got });
  };
}

function tcp({ id, from, to, port, localPort, hold }: Order & { op: 'tcp' }): void {
  const socket = createConnection({ host: to, port, localPort, ...(from === undefined ? {} : { localAddress: from }) });
  const done = attempt(id, () => {
    if (!held.has(id)) socket.destroy();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED' ? 'refused' : error.code === 'ETIMEDOUT' ? undefined : `${error.code}`));
  socket.setEncoding('utf8').once('data', (text: string) => {
    if (hold === true) held.set(id, socket);
    done(`open: ${text.trim()}`);
  });
}

function talk({ id, of }: Order & { op: 'talk' }): void {
  const socket = held.get(of);
  if (socket === undefined) return;
  held.delete(of);
  const done = attempt(id, () => socket.destroy());
  socket.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNRESET' ? 'reset' : `${error.code}`));
  socket.on('data', () => done('alive'));
  socket.write('still there?\n');
}

function udp({ id, from, to, port, localPort }: Order & { op: 'udp' }): void {
  const socket = createSocket('udp4');
  const done = attempt(id, () => socket.close());
  socket.on('error', () => undefined);
  socket.on('message', (bytes, sender) => {
    const [asked, seen] = bytes.toString().split(' ');
    if (asked === String(id) && sender.address === to) done(`echo: ${seen}`);
  });
  socket.bind(localPort, from ?? '0.0.0.0', () => socket.send(String(id), port, to, () => undefined));
}

function icmp({ id, argv }: Order & { op: 'icmp' }): void {
  const [program = '', ...args] = argv;
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const done = attempt(id, () => child.kill('SIGKILL'));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.on('error', (error) => done(`failed: ${error.message}`));
  child.on('close', () => done(output));
}

/** As a guest does: the next server is asked when one is silent. */
function dns({ id, name, servers, waitMs }: Order & { op: 'dns' }): void {
  const socket = createSocket('udp4');
  let timer: NodeJS.Timeout | undefined;
  const done = attempt(id, () => {
    clearTimeout(timer);
    socket.close();
  });
  socket.on('error', () => undefined);
  socket.on('message', (bytes) => {
    const { rcode, answers } = decode(bytes);
    if (rcode === 'NXDOMAIN') done('nxdomain');
    else if (rcode === 'NOERROR') done((answers ?? []).flatMap((each) => (each.type === 'A' ? [each.data] : [])).join(' '));
  });
  const ask = (index: number): void => {
    const server = servers[index];
    if (server === undefined) return;
    socket.send(encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type: 'A', name }] }), 53, server, () => undefined);
    timer = setTimeout(() => ask(index + 1), waitMs);
  };
  socket.bind(0, '0.0.0.0', () => ask(0));
}

function obey(order: Order): void {
  switch (order.op) {
    case 'serve':
      return void serve(order).catch((error: Error) => report({ id: order.id, got: `failed: ${error.message}` }));
    case 'tcp':
      return tcp(order);
    case 'talk':
      return talk(order);
    case 'udp':
      return udp(order);
    case 'icmp':
      return icmp(order);
    case 'dns':
      return dns(order);
    case 'over':
  }
  for (const stop of pending) stop();
  for (const [id, socket] of held) {
    if (order.keep.includes(id)) continue;
    socket.destroy();
    held.delete(id);
  }
  report({ id: order.id, got: 'over' });
}

process.on('uncaughtException', (error) => report({ id: 0, got: `failed: ${error.stack ?? error.message}` }));
control.on('close', () => process.exit(0));
control.on('error', () => process.exit(1));
createInterface({ input: control }).on('line', (line) => obey(JSON.parse(line) as Order));
control.write(`${who}\n`);
