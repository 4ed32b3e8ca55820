/** One operation of a service that speaks JSON 1.1. */
import type { ApiTarget } from './client.js';
import { Refusal, type SignedCall, signedCall } from './signed-call.js';

export interface JsonOperation {
  /** Name in hosts and signatures: `kms`. */
  readonly service: string;
  /** First half of X-Amz-Target. */
  readonly targetPrefix: string;
  readonly name: string;
  readonly patienceMs?: number | undefined;
  /** As {@link SignedCall.home}. */
  readonly home?: SignedCall<unknown>['home'];
}

/** Calls it. Throws as the SDK's clients here do. */
export function jsonCall(target: ApiTarget, { service, targetPrefix, name, home, patienceMs }: JsonOperation, input: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  return signedCall(target, {
    service,
    operation: name,
    home,
    patienceMs,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${targetPrefix}.${name}` },
    body: JSON.stringify(input),
    read: (text, { ok, status }) => {
      const reply = object(text);
      if (ok && reply !== undefined) return reply;
      if (ok) throw new Error('the reply is no JSON');
      const said = reply?.['message'] ?? reply?.['Message'];
      const type = reply?.['__type'];
      const code = /^(?:.*#)?([A-Za-z0-9.]+)/u.exec(typeof type === 'string' ? type : '')?.[1] ?? `HTTP ${status}`;
      throw new Refusal(status, code, typeof said === 'string' ? said : `it answers with HTTP ${status}`);
    },
  });
}

function object(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
