/** A user of IAM with a policy, and an access key. */
import { signedCall } from '../../../../../src/lib/aws/signed-call.js';
import { child, parseXml, textAt } from '../../../../../src/lib/aws/xml.js';
import type { Credentials } from '../../../../../src/lib/target/target.js';
import type { LabRegion } from './lab-region.js';

let users = 0;

export async function userWith(region: LabRegion, statements: readonly object[]): Promise<Credentials> {
  const UserName = `user-${++users}`;
  const iam = (Action: string, input: Readonly<Record<string, string>>) => signedCall(region.target, {
    service: 'iam',
    operation: Action,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action, Version: '2010-05-08', UserName, ...input }).toString(),
    read: (text, { ok }) => {
      if (!ok) throw new Error(text);
      return parseXml(text);
    },
  });
  await iam('CreateUser', {});
  await iam('PutUserPolicy', { PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
  const key = child(await iam('CreateAccessKey', {}), 'CreateAccessKeyResult', 'AccessKey');
  return { accessKeyId: textAt(key, 'AccessKeyId') ?? '', secretAccessKey: textAt(key, 'SecretAccessKey') ?? '' };
}
