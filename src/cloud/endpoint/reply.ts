/** Replies and errors in the shape of each protocol (`emulators.md` §3). Never HTML. */
import type { Readable } from 'node:stream';
import { InputError } from './input.js';
import { encodeJson } from './json.js';
import { AwsError, type Output, type Service, type WireProtocol } from './operation.js';
import { isRestJson } from './rest-json.js';
import { restErrorReply } from './rest/error.js';
import { escapeXml, writeContent } from './xml.js';

/** A reply without its request id header, which every one gets. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array | StreamedBody;
  /** Beyond those that every reply has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What the shape of an error depends on; `cbor` is a protocol that is only ever refused. */
export type ReplyShape = WireProtocol | 'rest-json' | 'cbor';

/** Bytes that are too many to hold: read from files as the client takes them. */
export interface StreamedBody {
  readonly size: number;
  /** Called at most once; the stream ends what the body holds open. */
  open(): Readable;
  /** Gives up a body that was never opened. */
  release(): void;
}

const XML = 'text/xml;charset=UTF-8';
const REST_JSON = 'application/json';
const JSON_1_1 = 'application/x-amz-json-1.1';

/** The reply to an operation that succeeded. */
export function successReply(service: Service, operation: string, output: Output, requestId: string): Reply {
  if (service.protocol === 'json') return { status: 200, contentType: isRestJson(service) ? REST_JSON : JSON_1_1, body: encodeJson(output) };
  const namespace = service.xmlNamespace ?? '';
  const id = escapeXml(requestId);
  if (service.protocol === 'ec2') {
    return { status: 200, contentType: XML, body: `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="${escapeXml(namespace)}"><requestId>${id}</requestId>${writeContent(output, 'item')}</${operation}Response>` };
  }
  return {
    status: 200,
    contentType: XML,
    body: `<${operation}Response xmlns="${escapeXml(namespace)}"><${operation}Result>${writeContent(output, 'member')}</${operation}Result><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${operation}Response>`,
  };
}

/** Errors that json has at 400 and rest-json at their own status ("Common errors" of EventBridge Scheduler). */
const REST_STATUS: Readonly<Record<string, number>> = {
  AccessDeniedException: 403, IncompleteSignatureException: 403, InvalidSignatureException: 403, MissingAuthenticationTokenException: 403, UnrecognizedClientException: 403, ExpiredTokenException: 403,
};

/** An error in the protocol's shape. */
export function errorReply(shape: ReplyShape, error: AwsError, requestId: string, namespace?: string): Reply {
  const { code, message, status } = error;
  const id = escapeXml(requestId);
  const writers: Record<ReplyShape, () => Reply> = {
    json: () => ({ status, contentType: JSON_1_1, body: JSON.stringify({ __type: code, message, ...error.members }) }),
    ec2: () => ({ status, contentType: XML, body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${id}</RequestID></Response>` }),
    query: () => ({ status, contentType: XML, body: `<ErrorResponse${namespace === undefined ? '' : ` xmlns="${escapeXml(namespace)}"`}><Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>` }),
    // SSO-OIDC's errors are OAuth's, at their own status.
    'rest-json': () => ({ status: Object.hasOwn(error.members, 'error') ? status : (REST_STATUS[code] ?? status), contentType: REST_JSON, headers: { 'x-amzn-errortype': code }, body: JSON.stringify({ Message: message, ...error.members }) }),
    'rest-xml': () => restErrorReply(error, requestId),
    cbor: () => ({ status, contentType: 'application/cbor', body: cborMap({ __type: code, message }) }),
  };
  return writers[shape]();
}

/** Any thrown value as the error that a client of this protocol may see. What is not AWS's own is an internal failure, without detail. */
export function asAwsError(thrown: unknown, protocol: WireProtocol): AwsError {
  if (thrown instanceof InputError) return thrown.as(protocol);
  if (thrown instanceof AwsError) return thrown;
  const codes: Record<WireProtocol, string> = { ec2: 'InternalError', query: 'InternalFailure', json: 'InternalServerError', 'rest-xml': 'InternalError' };
  return new AwsError(codes[protocol], 'An internal error has occurred', { status: 500 });
}

/** RFC 8949: a map of text to text, each under 64 KiB; all that an error in rpc-v2-cbor needs. */
function cborMap(members: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(members);
  return Buffer.concat([Buffer.of(0xa0 | entries.length), ...entries.flatMap(([name, value]) => [cborText(name), cborText(value)])]);
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8').subarray(0, 0xffff);
  return Buffer.concat([Buffer.of(0x79, bytes.length >> 8, bytes.length & 0xff), bytes]);
}
