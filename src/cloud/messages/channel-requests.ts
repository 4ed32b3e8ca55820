/** POST /v1/control-channel/ID and /v1/data-channel/ID: an agent's way to a token (`agent-service.md` §4). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, type Caller } from '../endpoint/operation.js';

/** Who signed a request, and for which region. */
export interface Signed {
  readonly caller: Caller;
  readonly region: string;
}

/** What a path of the ssmmessages service names. */
export interface ChannelPath {
  readonly kind: 'control' | 'data';
  /** Instance id, or session id. */
  readonly id: string;
}

/** Bodies of these requests are a few hundred bytes. */
const BODY_LIMIT = 16 << 10;

/** Undefined when the path is no channel's. */
export function channelPath(url: string | undefined): ChannelPath | undefined {
  const match = /^\/v1\/(control|data)-channel\/([a-zA-Z0-9_=,.@-]{1,96})(?:\?|$)/.exec(url ?? '');
  const [, kind, id] = match ?? [];
  return (kind === 'control' || kind === 'data') && id !== undefined ? { kind, id } : undefined;
}

/** Refuses in the words of AWS's IAM. */
export function denied(caller: Caller, action: string, resource: string): AwsError {
  return new AwsError('AccessDeniedException', `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`, { status: 403 });
}

/** The whole body. Rejects when it is larger than any such request, or cut off. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new AwsError('ValidationException', 'The request body is too large.', { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function reply(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(xml), 'cache-control': 'no-store' });
  response.end(xml);
}

export function replyWithToken(response: ServerResponse, kind: ChannelPath['kind'], token: string): void {
  const root = kind === 'control' ? 'CreateControlChannelOutput' : 'CreateDataChannelOutput';
  reply(response, 201, `<${root}><MessageSchemaVersion>1.0</MessageSchemaVersion><TokenValue>${escaped(token)}</TokenValue></${root}>`);
}

export function replyWithError(response: ServerResponse, error: unknown): void {
  const known = error instanceof AwsError ? error : new AwsError('InternalServerError', 'An error occurred on the server side.', { status: 500 });
  const code = known.code.replaceAll(/[^A-Za-z0-9.]/g, '');
  reply(response, known.status, `<${code}><Message>${escaped(known.message)}</Message></${code}>`);
}
