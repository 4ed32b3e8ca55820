/** `ssmlab policy deploy`: who has what it prints, and nothing else, makes and removes a lab; without any one statement the preflight says what is missing. As far as the local cloud judges: not what CloudFormation does in a user's name. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';
import { exportsOf, Home, type Run } from './program.js';

interface Statement { readonly Sid: string; readonly Action: readonly string[] }
interface Policy { readonly Version: string; readonly Statement: readonly Statement[] }

const home = new Home('computed');
let lab: NodeJS.ProcessEnv = {};
let users = 0;

/** A call as the lab's owner; the reply's text. */
async function call(service: string, body: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const url = new URL(`${lab['AWS_ENDPOINT_URL']}/`);
  const credentials = { accessKeyId: lab['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: lab['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const signed = signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, { service, region: 'ap-northeast-1', now: Date.now() }, credentials);
  const send = () => fetch(url, { method: 'POST', body, headers: { ...headers, ...signed } });
  // While a command ran nothing was read here: a connection kept alive may have been closed meanwhile.
  const response = await send().catch(send);
  const text = await response.text();
  if (!response.ok) throw new Error(`${service}: ${text}`);
  return text;
}
const iam = (Action: string, input: Readonly<Record<string, string>>) => call('iam', new URLSearchParams({ Action, Version: '2010-05-08', ...input }).toString(), { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' });

/** A user who may do this and nothing else: the environment that is theirs. */
async function userWith(policy: Policy): Promise<NodeJS.ProcessEnv> {
  const name = `user-${++users}`;
  await iam('CreateUser', { UserName: name });
  if (policy.Statement.length > 0) {
    const made = await iam('CreatePolicy', { PolicyName: name, PolicyDocument: JSON.stringify(policy) });
    await iam('AttachUserPolicy', { UserName: name, PolicyArn: /<Arn>([^<]+)</u.exec(made)?.[1] ?? '' });
  }
  const key = await iam('CreateAccessKey', { UserName: name });
  const of = (tag: string) => new RegExp(`<${tag}>([^<]+)<`, 'u').exec(key)?.[1];
  return {
    AWS_ENDPOINT_URL: lab['AWS_ENDPOINT_URL'], AWS_REGION: 'ap-northeast-1', AWS_ACCESS_KEY_ID: of('AccessKeyId'), AWS_SECRET_ACCESS_KEY: of('SecretAccessKey'),
    SSMLAB_TARGET: 'aws', SSMLAB_HOME: join(home.folder, 'state-of-users'),
  };
}

const printed = (...args: string[]): Policy => JSON.parse(home.run(['policy', ...args, '--region', 'ap-northeast-1']).stdout) as Policy;
const without = (policy: Policy, sid: string): Policy => ({ ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== sid) });
const run = (environment: NodeJS.ProcessEnv, args: readonly string[]): Run => home.run(args, { environment, timeout: 180_000 });

beforeAll(() => {
  expect(home.run(['deploy', '--yes', '--brief'], { timeout: 180_000 }).status).toBe(0);
  lab = exportsOf(home);
}, 200_000);
afterAll(() => home.remove());

describe('the policy for deploy', () => {
  const make = (...more: string[]) => ['deploy', '--yes', '--brief', '--stack', 'theirs', '--ssh-from', '198.51.100.7/32', ...more];
  const policy = printed('deploy', '--stack', 'theirs');

  it('has no statement that could be left out: the look before a deployment asks IAM, and names what is missing', async () => {
    for (const { Sid, Action } of policy.Statement) {
      const { stdout, stderr } = run(await userWith(without(policy, Sid)), [...make(), '--dry-run']);
      expect([Sid, Action.some((action) => (stdout + stderr).includes(action)), stderr]).toEqual([Sid, true, expect.any(String)]);
    }
  }, 300_000);

  it('lets a lab be made and removed, of its name and no other', async () => {
    const user = await userWith(policy);
    const made = run(user, make());
    expect(made.status, made.stderr).toBe(0);
    const other = run(user, ['deploy', '--yes', '--brief', '--stack', 'other', '--ssh-from', '198.51.100.7/32']);
    expect([other.status, other.stderr]).toEqual([3, expect.stringContaining('[access-denied]')]);
    const removed = run(user, ['destroy', '--yes', '--stack', 'theirs']);
    expect(removed.status, removed.stderr).toBe(0);
  }, 200_000);

  it('with a service role needs none on networks', async () => {
    const user = await userWith(printed('deploy', '--stack', 'theirs', '--service-role', 'maker'));
    const role = await iam('CreateRole', { RoleName: 'maker', AssumeRolePolicyDocument: home.run(['policy', 'service-role', '--trust']).stdout });
    await iam('PutRolePolicy', { RoleName: 'maker', PolicyName: 'maker', PolicyDocument: JSON.stringify(printed('service-role', '--stack', 'theirs')) });
    const made = run(user, make('--role-arn', /<Arn>([^<]+)</u.exec(role)?.[1] ?? ''));
    expect(made.status, made.stderr).toBe(0);
    const removed = run(user, ['destroy', '--yes', '--stack', 'theirs']);
    expect(removed.status, removed.stderr).toBe(0);
  }, 200_000);
});
