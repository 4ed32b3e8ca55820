/** The main thread's half of a sandboxed instance: starts its worker, carries streams and the network, restarts what died. */
import type { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Fabric, Listener, Peer } from '../../fabric/fabric.js';
import type { ExitStatus, Guest, GuestFiles, GuestProcess, GuestSpecification, GuestUser, PowerRequest, SpawnRequest } from '../guest.js';
import { createGuestFiles } from '../guest-files.js';
import { GuestNetwork } from '../guest-network.js';
import { accountOf } from '../image/accounts.js';
import { Uplink } from './uplink.js';
import { Flows } from './wire/flow.js';
import type { Answer, ToMain, ToWorker, WireError, WorkerData } from './wire/messages.js';
import { readableFlow, writableFlow } from './wire/streams.js';

const KILLED: ExitStatus = { code: undefined, signal: 'KILL' };

export interface SandboxParts {
  readonly fabric: Fabric;
  readonly workerUrl: URL | string;
  readonly log: (line: string) => void;
  readonly now: () => number;
  readonly certificateAuthority?: string | undefined;
}

/** One worker's lifetime. */
interface Running {
  readonly worker: Worker;
  readonly flows: Flows;
  readonly uplink: Uplink;
  readonly calls: Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>;
  readonly processes: Map<number, (status: ExitStatus) => void>;
}

function fileError(error: WireError): Error {
  return Object.assign(new Error(error.message), { code: error.code });
}

export class SandboxGuest implements Guest {
  readonly specification: GuestSpecification;
  private readonly parts: SandboxParts;
  private readonly network: GuestNetwork;
  private readonly booted: number;
  private running: Running | undefined;
  private stopped = false;
  private readonly powerListeners = new Set<(request: PowerRequest) => void>();
  private nextId = 1;

  constructor(specification: GuestSpecification, parts: SandboxParts) {
    this.specification = specification;
    this.parts = parts;
    this.network = new GuestNetwork(parts.fabric, specification);
    this.booted = parts.now();
  }

  /** The worker, started if there is none. */
  private ensure(): Running {
    if (this.stopped) throw new Error(`instance ${this.specification.instanceId} is powered off`);
    if (this.running !== undefined) return this.running;
    const data: WorkerData = {
      specification: this.specification,
      certificateAuthority: this.parts.certificateAuthority,
      booted: this.booted,
      clockOffset: this.parts.now() - Date.now(),
    };
    const worker = new Worker(this.parts.workerUrl, {
      workerData: data,
      name: `guest ${this.specification.instanceId}`,
      // Nothing of the host's environment or options reaches a guest.
      env: {},
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      // A last resort: system/memory.ts ends what takes too much long before, process by process.
      resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    worker.unref();
    const flows = new Flows((message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[] | undefined));
    const uplink = new Uplink(this.parts.fabric, this.specification.networkInterfaceId, flows, (answer) => this.post(running, answer));
    const running: Running = { worker, flows, uplink, calls: new Map(), processes: new Map() };
    this.running = running;
    worker.on('message', (message: ToMain) => this.handle(running, message));
    worker.on('error', (error) => {
      this.parts.log(`${this.specification.instanceId}: the sandbox's worker failed: ${error.message}`);
    });
    worker.on('exit', () => this.ended(running));
    for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk: Buffer) => this.parts.log(`${this.specification.instanceId}: worker: ${chunk.toString().trimEnd()}`));
    return running;
  }

  private post(running: Running, message: ToWorker): void {
    if (this.running === running) running.worker.postMessage(message, []);
  }

  /** Power cut: everything that ran is gone, and so is what was in the files' memory. */
  private ended(running: Running): void {
    if (this.running === running) this.running = undefined;
    running.uplink.close();
    for (const end of running.processes.values()) end(KILLED);
    running.processes.clear();
    for (const call of running.calls.values()) call.reject(Object.assign(new Error('the instance went down'), { code: 'EIO' }));
    running.calls.clear();
  }

  private handle(running: Running, message: ToMain): void {
    switch (message.type) {
      case 'exit':
        running.processes.get(message.process)?.(message.status);
        running.processes.delete(message.process);
        break;
      case 'power':
        for (const listener of this.powerListeners) listener(message.request);
        break;
      case 'ask':
        running.uplink.ask(message.call, message.question);
        break;
      case 'answer':
        this.answered(running, message);
        break;
      default:
        running.flows.handle(message);
    }
  }

  private answered(running: Running, message: Answer): void {
    const call = running.calls.get(message.call);
    running.calls.delete(message.call);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(fileError(message.error));
  }

  spawn(request: SpawnRequest): Promise<GuestProcess> {
    let running: Running;
    try {
      running = this.ensure();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    const process = this.nextId;
    this.nextId += 1;
    const stdin = writableFlow(running.flows, `p${process}.in`);
    // A reader that goes away early, or a process that ends first, is no fault of the stream's owner.
    stdin.on('error', () => undefined);
    const out = readableFlow(running.flows, `p${process}.out`);
    const err = readableFlow(running.flows, `p${process}.err`);
    const status = new Promise<ExitStatus>((resolve) => {
      running.processes.set(process, (ended) => {
        out.cut();
        err.cut();
        running.flows.forget(`p${process}.in`);
        stdin.destroy();
        resolve(ended);
      });
    });
    this.post(running, { type: 'spawn', process, request });
    return Promise.resolve({
      stdin,
      stdout: out.stream,
      stderr: err.stream,
      status,
      resize: ({ columns, rows }) => this.post(running, { type: 'resize', process, columns, rows }),
      signal: (name) => this.post(running, { type: 'signal', process, name }),
    });
  }

  resolve(host: string): Promise<readonly string[]> {
    return this.network.resolve(host);
  }

  connect(host: string, port: number, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<Duplex> {
    return this.network.connect(host, port, options);
  }

  listen(port: number, onConnection: (stream: Duplex, peer: Peer) => void): Promise<Listener> {
    return this.network.listen(port, onConnection);
  }

  files(user: GuestUser): GuestFiles {
    return createGuestFiles((operation, args) => {
      const running = this.ensure();
      const call = this.nextId;
      this.nextId += 1;
      return new Promise((resolve, reject) => {
        running.calls.set(call, { resolve, reject });
        this.post(running, { type: 'files', call, user, operation, args });
      });
    });
  }

  onPower(listener: (request: PowerRequest) => void): void {
    this.powerListeners.add(listener);
  }

  home(user: GuestUser): string {
    return accountOf(user).home;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const running = this.running;
    if (running === undefined) return;
    await running.worker.terminate();
    this.ended(running);
  }
}

