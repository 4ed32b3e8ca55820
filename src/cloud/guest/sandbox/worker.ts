/** An instance's worker thread: file system, processes and network of one sandboxed guest behind a MessagePort. */
import { parentPort, workerData } from 'node:worker_threads';
import { programs } from './commands/registry.js';
import { FileSystem } from './system/file-system.js';
import { Kernel } from './system/kernel.js';
import { seed, seedProc } from './system/seed.js';
import { runFileOperation } from './wire/file-operations.js';
import { Flows } from './wire/flow.js';
import type { ToMain, ToWorker, WireError, WorkerData } from './wire/messages.js';
import { PortNetwork } from './wire/network.js';
import { Sessions } from './wire/sessions.js';

/** What all files of an instance may hold together. */
const QUOTA_BYTES = 256 * 1024 * 1024;

function start(port: NonNullable<typeof parentPort>, data: WorkerData): void {
  const now = (): number => Date.now() + data.clockOffset;
  const post = (message: ToMain, transfer?: readonly ArrayBuffer[]): void => port.postMessage(message, transfer as ArrayBuffer[] | undefined);
  const flows = new Flows(post);
  const network = new PortNetwork(flows, (call, question) => post({ type: 'ask', call, question }));
  const files = new FileSystem(QUOTA_BYTES, now);
  seed(files, data.specification, [...programs.keys()], data.certificateAuthority);
  const kernel = new Kernel(files, data.specification, network, programs, now, data.booted);
  kernel.power.onRequest = (request) => post({ type: 'power', request });
  seedProc(kernel);
  const sessions = new Sessions(kernel, flows, (process, status) => post({ type: 'exit', process, status }));
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'spawn':
        sessions.spawn(message.process, message.request);
        break;
      case 'resize':
        sessions.resize(message.process, message.columns, message.rows);
        break;
      case 'signal':
        sessions.signal(message.process, message.name);
        break;
      case 'answer':
        network.answer(message);
        break;
      case 'files':
        try {
          post({ type: 'answer', call: message.call, value: runFileOperation(kernel, message.user, message.operation, message.args) });
        } catch (error) {
          const { code, message: text } = error as WireError;
          post({ type: 'answer', call: message.call, error: { code: code ?? 'EIO', message: text } });
        }
        break;
      default:
        flows.handle(message);
    }
  });
}

if (parentPort !== null) start(parentPort, workerData as WorkerData);
