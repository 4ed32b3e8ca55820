/** The body of a PutObject or UploadPart: received by the endpoint, or bytes of an internal caller. */
import { createHash } from 'node:crypto';
import type { ReceivedBody } from '../../endpoint/rest/interface.js';
import { InputError, valueAt } from '../../endpoint/input.js';
import type { Input } from '../../endpoint/operation.js';
import type { ObjectFiles } from './object-files.js';

export function bodyOf(input: Input, files: ObjectFiles): ReceivedBody | Promise<ReceivedBody> {
  const body = valueAt(input, 'Body');
  if (isReceived(body)) return body;
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) throw new InputError('Body', '…', { kind: 'type', expected: 'bytes' });
  const bytes = Buffer.from(body ?? '');
  return files.write(bytes).then((file) => ({ file, size: bytes.length, md5: createHash('md5').update(bytes).digest('hex'), keep: () => undefined }));
}

const isReceived = (body: unknown): body is ReceivedBody => typeof body === 'object' && body !== null && 'keep' in body && 'md5' in body;
