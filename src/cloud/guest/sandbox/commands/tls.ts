/** TLS over a guest connection: Node's own implementation on top of the guest's bytes, trusting the lab's CA only. */
import { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { readWhole } from '../system/open.js';
import { END_OF_FILE, OpenFile } from '../system/open-file.js';
import { ByteQueue } from '../system/pipe.js';
import type { Process } from '../system/process.js';
import { Gate } from '../system/schedule.js';
import { decode } from '../../byte-text.js';

/** The guest's socket as a Node stream. */
function asDuplex(socket: OpenFile): Duplex {
  let reading = false;
  const stream: Duplex = new Duplex({
    read() {
      if (reading) return;
      reading = true;
      const pump = (): void => {
        if (stream.destroyed) return;
        const data = socket.take(65536);
        if (data === undefined) {
          socket.readable().then(pump, () => stream.destroy());
          return;
        }
        reading = false;
        stream.push(data.length === 0 ? null : Buffer.from(data));
      };
      pump();
    },
    write(chunk: Buffer, _encoding, written) {
      let rest: Uint8Array = chunk;
      const send = async (): Promise<void> => {
        while (rest.length > 0) {
          const taken = socket.put(rest);
          rest = rest.subarray(taken);
          if (taken === 0) await socket.writable();
        }
      };
      send().then(() => written(), (error: unknown) => written(error as Error));
    },
  });
  return stream;
}

class TlsFile extends OpenFile {
  readonly kind = 'socket';
  private readonly queue = new ByteQueue();
  private readonly changed = new Gate();
  private readonly tls: TLSSocket;
  private readonly under: OpenFile;
  private over = false;
  private full = false;
  constructor(tls: TLSSocket, under: OpenFile) {
    super();
    this.tls = tls;
    this.under = under;
    tls.on('data', (data: Buffer) => {
      this.queue.push(data);
      if (this.queue.length > 262_144) tls.pause();
      this.changed.open();
    });
    const end = (): void => {
      this.over = true;
      this.changed.open();
    };
    tls.on('end', end);
    tls.on('close', end);
    tls.on('drain', () => {
      this.full = false;
      this.changed.open();
    });
  }
  override take(max: number): Uint8Array | undefined {
    if (this.queue.length === 0) return this.over ? END_OF_FILE : undefined;
    const data = this.queue.take(max);
    if (this.queue.length < 65_536) this.tls.resume();
    return data;
  }
  override readable(): Promise<void> {
    return this.changed.wait();
  }
  override put(data: Uint8Array): number {
    if (this.full) return 0;
    this.full = !this.tls.write(Buffer.from(data));
    return data.length;
  }
  override writable(): Promise<void> {
    return this.changed.wait();
  }
  protected override closed(): void {
    this.tls.destroy();
    this.under.release();
  }
}

/** Rejects with an Error whose message is OpenSSL's reason. Takes over one reference to `socket`. */
export async function startTls(process: Process, socket: OpenFile, host: string, options: { readonly verify: boolean; readonly certificateFile: string }): Promise<OpenFile> {
  const authorities = options.verify ? readAuthorities(process, options.certificateFile) : undefined;
  const tls = connect({ socket: asDuplex(socket), servername: /^[\d.]+$/u.test(host) ? '' : host, rejectUnauthorized: options.verify, ...(authorities === undefined ? {} : { ca: authorities }) });
  const ready = new Promise<void>((resolve, reject) => {
    tls.once('secureConnect', resolve);
    tls.once('error', reject);
    tls.once('close', () => reject(new Error('unexpected end of the connection in the handshake')));
  });
  tls.on('error', () => undefined);
  try {
    await process.wait(ready);
  } catch (error) {
    tls.destroy();
    throw error;
  }
  return new TlsFile(tls, socket).retain();
}

function readAuthorities(process: Process, path: string): string {
  try {
    return decode(readWhole(process, path));
  } catch {
    throw new Error(`unable to get local issuer certificate (there is no ${path} in this guest; -k goes on without)`);
  }
}
