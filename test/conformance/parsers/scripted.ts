/** A server that answers AWS's operations as it is told to, by the services' own models; and the tool's target at it. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Target } from '../../../src/lib/target/target.js';
import { type Model } from '../api-model/model.js';
import { modelFor } from '../api-model/request-problems.js';
import { operationOf } from '../faults/proxy.js';
import type { WrittenReply } from './write-reply.js';

export interface Asked {
  /** `ec2 DescribeVpcs`. */
  readonly operation: string;
  readonly name: string;
  readonly model: Model;
  /** Of the page that is asked for. */
  readonly token: string | undefined;
}

export type Answer = (asked: Asked) => WrittenReply;

export class Scripted {
  readonly asked: Asked[] = [];
  answer: Answer = () => ({ status: 500, headers: {}, body: '' });
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(): Promise<Scripted> {
    const server = createServer((request, reply) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const operation = operationOf(request, body);
        const [service = '', name = ''] = operation.split(' ');
        const model = modelFor(service);
        if (model === undefined) throw new Error(`there is no model of ${service}`);
        const token = body.startsWith('{') ? /"[Nn]extToken":"([^"]*)"/u.exec(body)?.[1] : (new URLSearchParams(body).get('NextToken') ?? new URLSearchParams(body).get('Marker') ?? new URL(request.url ?? '/', 'http://x').searchParams.get('NextToken') ?? undefined);
        const asked = { operation, name, model, token };
        scripted.asked.push(asked);
        const { status, headers, body: text } = scripted.answer(asked);
        reply.writeHead(status, headers).end(text);
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const scripted: Scripted = new Scripted(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }));
    return scripted;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Tried again once at most, since nothing passes here. */
  target(): Target {
    return {
      kind: 'local', region: 'ap-northeast-1', endpoint: this.url, credentials: () => Promise.resolve({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }), serviceEndpoints: {},
      dial: (host, port) => Promise.resolve(connect(port, host)), pollSeconds: 0.01, payloadBytes: 1024, defaultClient: 'native', fabric: 'computed',
    };
  }
}
