/** One HTTP request and its whole answer: of the SDK's clients, of its credential chain, and of calls beside them. Redirects are not followed. */
import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string | Uint8Array;
  /** Node's own when absent. */
  readonly agent: Agent | undefined;
  /** For so long nothing may come, milliseconds: to the head of the answer, and from each part of it to the next. */
  readonly patienceMs: number;
  /** Told when nothing has come for so long, and it is waited on. */
  readonly silence?: { readonly afterMs: number; readonly tell: () => void } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** 200 to 299. */
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Of an answer that did not come. */
export interface Unanswered extends NodeJS.ErrnoException {
  /** Its head came. */
  readonly began: boolean;
}

/** To be connected, through a proxy or not, TLS apart. */
const CONNECT_MS = 5000;

const unanswered = (began: boolean, message: string): Error => Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT', began });

function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers(Object.entries(headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, [value].flat().join(', ')]])));
}

/** Rejects with the system's error, and with a TimeoutError ({@link Unanswered}) when the answer, or the rest of it, does not come in time. */
export function send(url: URL, { method, headers, body, agent, patienceMs, silence, signal }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const content = body.length === 0 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    let began = false;
    const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { method, headers: { ...headers, ...content }, agent, signal }, (incoming) => {
      began = true;
      heard();
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => {
        heard();
        chunks.push(chunk);
      });
      incoming.on('error', fail);
      incoming.on('end', () => {
        over();
        const { statusCode: status = 0 } = incoming;
        resolve({ status, ok: status >= 200 && status < 300, headers: headersOf(incoming), body: Buffer.concat(chunks) });
      });
    });
    const giveUp = (message: string): void => {
      // Before it is ended: the end is told as a connection that was cut.
      fail(unanswered(began, message));
      sent.destroy();
    };
    const connecting = setTimeout(() => giveUp(`no connection to ${url.host} within ${CONNECT_MS / 1000} s`), CONNECT_MS);
    const waiting = setTimeout(() => giveUp(began ? `${url.host} began its answer, and nothing more of it came within ${patienceMs / 1000} s` : `no answer from ${url.host} within ${patienceMs / 1000} s`), patienceMs);
    const telling = silence === undefined ? undefined : setTimeout(silence.tell, silence.afterMs);
    const heard = (): void => void [waiting, telling].map((timer) => timer?.refresh());
    const over = (): void => void [connecting, waiting, telling].map((timer) => clearTimeout(timer));
    function fail(error: Error): void {
      over();
      reject(error);
    }
    sent.on('error', fail);
    sent.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
      else clearTimeout(connecting);
    });
    sent.end(body);
  });
}
