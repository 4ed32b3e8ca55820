/** The permissions boundary of a request: a managed policy that is there. */
import { AwsError, type Input, type Output } from '../../endpoint/operation.js';
import { str, strOpt } from '../../endpoint/input.js';
import type { Reader } from '../../state/store.js';
import { findPolicy, policyMissing } from './policies.js';

export function boundaryOf(input: Input, reader: Reader, need: 'required' | 'optional'): string | undefined {
  const arn = need === 'required' ? str(input, 'PermissionsBoundary') : strOpt(input, 'PermissionsBoundary');
  if (arn === undefined) return undefined;
  if (!/^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/./.test(arn)) throw new AwsError('ValidationError', `ARN ${arn.slice(0, 200)} is not valid.`);
  if (findPolicy(reader, arn) === undefined) throw policyMissing(arn, `Scope ARN: ${arn} does not exist or is not attachable.`);
  return arn;
}

export const shownBoundary = (arn: string | undefined): Output | undefined => (arn === undefined ? undefined : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn });
