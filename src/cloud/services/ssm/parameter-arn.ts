/** ARNs of parameters. */
import type { OperationContext } from '../../endpoint/operation.js';

export function arnOfParameter(name: string, context: Pick<OperationContext, 'region' | 'accountId'>): string {
  return `arn:aws:ssm:${context.region}:${context.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** What an ARN names, with its leading slash; undefined for what is no parameter's ARN. */
export function pathOfArn(text: string): string | undefined {
  return /^arn:aws:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(text)?.[1];
}
