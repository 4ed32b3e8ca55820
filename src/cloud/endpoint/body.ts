/** Reads a request's body within a limit of size and of time. */
import type { IncomingMessage } from 'node:http';
import { AwsError } from './operation.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From the head of the request to the end of its body. */
  readonly timeoutMs: number;
}

/** The whole body. Rejects with AwsError RequestEntityTooLarge (413) or RequestTimeout (408); the rest is then not read. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      end();
    };
    const refuse = (error: AwsError): void => settle(() => {
      request.pause();
      reject(error);
    });
    const tooLarge = (): void => refuse(new AwsError('RequestEntityTooLarge', `Request size exceeded the limit of ${limits.maxBytes} bytes`, { status: 413 }));
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.maxBytes) tooLarge();
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks)));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the client went away before the end of its request')));
    const timer = setTimeout(() => refuse(new AwsError('RequestTimeout', `The request body did not arrive within ${limits.timeoutMs} ms`, { status: 408 })), limits.timeoutMs);
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) tooLarge();
  });
}
