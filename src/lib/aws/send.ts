/** One HTTP request and its whole answer, for calls that no client of the SDK's makes. Redirects are not followed. */
import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Sent {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
  /** Node's own when absent. */
  readonly agent: Agent | undefined;
  /** Until the answer is whole, milliseconds. */
  readonly patienceMs: number;
}

export interface Answer {
  readonly status: number;
  /** 200 to 299. */
  readonly ok: boolean;
  readonly headers: Headers;
  readonly text: string;
}

/** Rejects with the system's error, and with a TimeoutError when the answer does not come in time. */
export function send(url: URL, { method, headers, body, agent, patienceMs }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const content = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { method, headers: { ...headers, ...content }, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0 } = incoming;
        const pairs = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, [value].flat().join(', ')]]));
        resolve({ status, ok: status >= 200 && status < 300, headers: new Headers(pairs), text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    const timer = setTimeout(() => sent.destroy(Object.assign(new Error(`no answer within ${patienceMs / 1000} s`), { name: 'TimeoutError', code: 'ETIMEDOUT' })), patienceMs);
    function fail(error: Error): void {
      clearTimeout(timer);
      reject(error);
    }
    sent.on('error', fail);
    sent.end(body);
  });
}
