/**
 * The target AWS by a web identity token, as a job of GitHub Actions or a pod of EKS has it: a file and a role. At the local cloud, which checks the
 * token at its issuer, and at moto's server.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../oidc-issuer.js';
import { AwsUser, REGION } from './aws-user.js';
import { Home } from './program.js';

const user = new AwsUser();
let issuer: Issuer;
let provider = '';
let role = '';
beforeAll(async () => {
  issuer = await startIssuer();
  provider = /<OpenIDConnectProviderArn>([^<]+)/u.exec(await user.owner.query('iam', 'CreateOpenIDConnectProvider', { 'Url': issuer.url, 'ClientIDList.member.1': 'sts.amazonaws.com', 'ThumbprintList.member.1': issuer.thumbprint }))?.[1] ?? '';
  const name = issuer.url.replace('https://', '');
  role = await user.owner.role('ci', { Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: { StringEquals: { [`${name}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${name}:sub`]: 'repo:lab/lab:*' } } });
});
afterAll(async () => {
  await issuer.close();
  user.remove();
});

const token = (text: string): string => user.write('token.jwt', text);
const job = (file: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role, AWS_REGION: REGION, ...more });

describe('a token of a job', () => {
  it('opens the role, and all that is done is done by it', async () => {
    const environment = job(token(`${issuer.token()}\n`), { AWS_ROLE_SESSION_NAME: 'job-7' });
    expect(await user.who([], environment)).toMatch(/^AWS account \d{12}, region ap-northeast-1, as arn:aws:sts::\d{12}:assumed-role\/ci\/job-7$/mu);
    expect(await user.run(['list'], environment)).toMatchObject({ status: 3, stderr: expect.stringContaining('[no-lab]') as string });
  }, 30_000);

  it('may be of a profile', async () => {
    user.config(`[profile ci]\nregion = ${REGION}\nrole_arn = ${role}\nweb_identity_token_file = ${token(issuer.token({}, { algorithm: 'ES256' }))}\nrole_session_name = of-profile\n`);
    expect(await user.who(['--profile', 'ci'])).toMatch(/assumed-role\/ci\/of-profile/u);
  }, 30_000);

  it.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
    ['whose file is not there', () => job(join(user.home.folder, 'nowhere.jwt')), /the web identity token file \S+nowhere\.jwt cannot be read \(ENOENT\), so arn:\S+role\/ci is not assumed[\s\S]*\[credentials-missing\][\s\S]*AWS_WEB_IDENTITY_TOKEN_FILE names it/u],
    ['whose file is empty', () => job(token('\n')), /the web identity token file is empty, so arn:\S+role\/ci is not assumed[\s\S]*\[credentials-missing\][\s\S]*AWS_WEB_IDENTITY_TOKEN_FILE/u],
    ['that has expired', () => job(token(issuer.token({ exp: 1_600_000_000 }))), /the web identity token does not open arn:\S+role\/ci: Token expired: [\s\S]*\(ExpiredTokenException\)[\s\S]*\[credentials-wrong\][\s\S]*have the token written anew/u],
    ['of an issuer that the account does not know', () => job(token(issuer.token({ iss: 'https://token.actions.githubusercontent.com' }))), /No OpenIDConnect provider found in your account for https:\/\/token\.actions[\s\S]*\[credentials-wrong\][\s\S]*aws iam list-open-id-connect-providers/u],
    ['for another audience', () => job(token(issuer.token({ aud: 'https://github.com/lab' }))), /Incorrect token audience[\s\S]*\[credentials-wrong\]/u],
    ['of a branch that the role does not trust', () => job(token(issuer.token({ sub: 'repo:other/lab:ref:refs/heads/main' }))), /arn:\S+role\/ci cannot be assumed: Not authorized to perform sts:AssumeRoleWithWebIdentity[\s\S]*\[access-denied\][\s\S]*trust policy has to name the token's issuer, and its conditions the token's `aud` and `sub`: the token is of iss https:\/\/localhost:\d+\/id, aud sts\.amazonaws\.com, sub repo:other\/lab:ref:refs\/heads\/main$/mu],
    ['for a role that is not there', () => job(token(issuer.token()), { AWS_ROLE_ARN: role.replace(/ci$/u, 'nobody') }), /role\/nobody cannot be assumed/u],
  ])('%s says so, and what to do; nothing is made', async (_, environment, said) => {
    const given = environment();
    const { status, stderr } = await user.run(['deploy', '--dry-run', '--ssh-from', '198.51.100.7/32'], given);
    expect([status, stderr]).toEqual([3, expect.stringMatching(said)]);
    expect(stderr).not.toMatch(/eyJ[\w-]{10}/u);
    expect(await user.owner.query('ec2', 'DescribeKeyPairs')).not.toContain('ssmlab-key');
  }, 30_000);

  it('whose issuer does not answer says so', async () => {
    issuer.instead.set('/id/keys', { status: 503, text: '' });
    const { status, stderr } = await user.run(['status'], job(token(issuer.token())));
    issuer.instead.clear();
    expect([status, stderr]).toEqual([3, expect.stringMatching(/does not open \S+role\/ci: Couldn't communicate with the identity provider[\s\S]*\(IDPCommunicationError\)[\s\S]*STS does not reach the token's issuer/u)]);
  }, 30_000);
});

const hasMoto = spawnSync('moto_server', ['--help']).status === 0;

describe.skipIf(!hasMoto)(`at moto's server${hasMoto ? '' : ' (no moto_server on PATH)'}`, () => {
  const home = new Home();
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-web-'));
  let moto: ChildProcess;
  let url = '';
  beforeAll(async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createTcp().listen(0, '127.0.0.1', () => {
        const { port: free } = server.address() as AddressInfo;
        server.close(() => resolve(free));
      });
    });
    url = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    for (let tries = 0; !(await fetch(url).then(() => true, () => false)); tries += 1) {
      if (tries > 300) throw new Error('moto_server does not answer');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 60_000);
  afterAll(() => {
    moto.kill();
    home.remove();
    rmSync(folder, { recursive: true });
  });

  it('the token is sent, and the role\'s keys are used', () => {
    writeFileSync(join(folder, 'token'), issuer.token());
    const environment = { SSMLAB_TARGET: 'aws', AWS_ENDPOINT_URL: url, AWS_REGION: REGION, AWS_EC2_METADATA_DISABLED: 'true', AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'), AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/ci', AWS_ROLE_SESSION_NAME: 'job-7' };
    expect(home.run(['deploy', '--dry-run', '--ssh-from', '198.51.100.7/32'], { environment }).stderr).toMatch(/^AWS account 123456789012, region ap-northeast-1, as arn:aws:sts::123456789012:assumed-role\/ci\/job-7$/mu);
    expect(home.run(['list'], { environment })).toMatchObject({ status: 3, stderr: expect.stringContaining('[no-lab]') as string });
  }, 30_000);
});
