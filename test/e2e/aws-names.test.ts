/** The target AWS at AWS's own names, through a proxy and an authority of one's own, by the built program: which hosts it asks for, plain, of FIPS 140 and of dual stack, and what goes another way. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIssuer } from '../oidc-issuer.js';
import { AwsFront } from './aws-front.js';
import { AwsUser, REGION } from './aws-user.js';
import { root } from './program.js';

const user = new AwsUser();
let front: AwsFront;
let bundle = '';
let role = '';
beforeAll(async () => {
  front = await AwsFront.start(user.owner);
  bundle = user.write('authority.pem', front.bundle);
  role = await user.owner.role('first', { Principal: { AWS: '*' } });
  const { accessKeyId, secretAccessKey } = user.owner.keys;
  user.write('.aws/credentials', `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`);
});
beforeEach(() => {
  user.config(`[default]\nregion = ${REGION}\n`);
  front.password = undefined;
  front.asked.length = 0;
});
afterAll(() => {
  front.close();
  user.remove();
});

/** No endpoint of one's own. */
const through = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ AWS_ENDPOINT_URL: '', HTTPS_PROXY: front.url, AWS_CA_BUNDLE: bundle, ...more });
const dryRun = ['deploy', '--dry-run', '--brief'];
/** Hosts that were asked for, without the port that all have. */
const hosts = (): string[] => [...new Set(front.asked)].toSorted().map((host) => host.replace(/:443$/u, ''));
const regional = (names: readonly string[], suffix: string): string[] => names.map((name) => `${name}.${REGION}.${suffix}`);
const SERVICES = ['cloudformation', 'ec2', 'servicequotas', 'ssm', 'sts'];
const OTHERS = ['checkip.amazonaws.com'];

describe('the names of services', () => {
  it.each<[string, NodeJS.ProcessEnv, readonly string[]]>([
    ['plain', {}, [...regional(SERVICES, 'amazonaws.com'), 'iam.amazonaws.com', 'api.pricing.us-east-1.amazonaws.com']],
    ['of FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }, [...regional(SERVICES.map((name) => `${name}-fips`), 'amazonaws.com'), 'iam-fips.amazonaws.com', 'api.pricing-fips.us-east-1.amazonaws.com']],
    ['of dual stack', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, [...regional(SERVICES, 'api.aws'), 'iam.global.api.aws', 'api.pricing.us-east-1.api.aws']],
    ['of both', { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' }, [...regional(SERVICES.map((name) => `${name}-fips`), 'api.aws'), 'iam-fips.aws-global.api.aws', 'api.pricing-fips.us-east-1.api.aws']],
  ])('%s are asked for, and no other', async (_, more, names) => {
    const { status, stderr } = await user.run(dryRun, through(more));
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^AWS account \d{12}, region ap-northeast-1, as arn:aws:iam::\d{12}:user\/ssmlab$/mu)]);
    expect(hosts()).toEqual([...names, ...OTHERS].toSorted());
  }, 60_000);

  it('may be of the profile, with its bundle, and are those of its roles too', async () => {
    user.config(`[profile base]\n[profile lab]\nregion = ${REGION}\nuse_fips_endpoint = true\nca_bundle = ${bundle}\nrole_arn = ${role}\nsource_profile = default\n`);
    const { status, stdout, stderr } = await user.run(['status', '--profile', 'lab', '--json'], through({ AWS_CA_BUNDLE: '' }));
    expect(status, stdout + stderr).toBe(0);
    // Of a lab that is not there it looks what is left of one: a schedule, and its role.
    expect(hosts()).toEqual([...regional(['cloudformation-fips', 'ec2-fips', 'scheduler-fips', 'ssm-fips', 'sts-fips'], 'amazonaws.com'), 'iam-fips.amazonaws.com'].toSorted());
  }, 30_000);

  it('are those of a web identity\'s role', async () => {
    const issuer = await startIssuer();
    const { stderr } = await user.run(['status'], through({ AWS_USE_DUALSTACK_ENDPOINT: 'true', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_WEB_IDENTITY_TOKEN_FILE: user.write('token', issuer.token()), AWS_ROLE_ARN: role }));
    await issuer.close();
    expect([stderr, hosts()]).toEqual([expect.stringContaining('No OpenIDConnect provider found'), regional(['sts'], 'api.aws')]);
  }, 30_000);
});

describe('a session', () => {
  it('goes through the proxy, with its password, from deploy to destroy', async () => {
    front.password = 'me:secret-word';
    // The way to instance 1, which is no affair of the proxy's.
    const ALL_PROXY = /^export ALL_PROXY='?([^'\n]+)/mu.exec(user.home.run(['local', 'env', '--proxy']).stdout)?.[1];
    const deployed = await user.run(['deploy', '--yes', '--brief'], through({ ALL_PROXY }));
    expect(deployed.stderr).toMatch(/Instance2, Instance3, Instance4/u);
    const before = front.streams.length;
    expect(await user.run(['exec', '3', '--', 'echo', 'well'], through())).toMatchObject({ status: 0, stdout: 'well\n' });
    expect(front.streams.length).toBe(before + 1);
    expect(hosts()).toContain(`ssmmessages.${REGION}.amazonaws.com`);
    const gone = await user.run(['destroy', '--yes'], through());
    expect([gone.status, gone.stderr]).toEqual([0, expect.stringContaining('Destroyed')]);
    const refused = await user.run(['list'], through({ HTTPS_PROXY: front.url.replace('secret-word', 'other-word') }));
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ wants to know who asks \(HTTP 407\)[\s\S]*\[endpoint-unreachable\]/u)]);
    expect(`${deployed.stderr}${gone.stderr}${refused.stderr}`).not.toMatch(/secret-word|other-word/u);
  }, 120_000);
});

describe('the stand-in for AWS\'s plugin', () => {
  const session = JSON.stringify({ SessionId: 's-1', TokenValue: 'a-token', StreamUrl: `wss://ssmmessages.${REGION}.amazonaws.com/v1/data-channel/s-1?role=publish_subscribe` });
  const standIn = (more: NodeJS.ProcessEnv): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile(process.execPath, [join(root, 'dist/stand-in.js'), session, REGION, 'StartSession', 'lab', '{"Target":"i-1"}', `https://ssm.${REGION}.amazonaws.com`], { env: user.environment(through(more)), timeout: 30_000 }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    });

  it('asks STS through the proxy, believing the bundle, and so it goes to the stream and back to the service', async () => {
    user.config(`[profile base]\n[profile lab]\nregion = ${REGION}\nca_bundle = ${bundle}\nuse_fips_endpoint = true\nrole_arn = ${role}\nsource_profile = default\n`);
    const streams = front.streams.length;
    // The service knows no such session; it is asked at the name that the AWS CLI has for it.
    expect(await standIn({ AWS_CA_BUNDLE: '' })).toMatch(new RegExp(`^\\nStarting session with SessionId: s-1\\nCannot perform start session: session s-1 is over: .*\\(ssmmessages\\.${REGION}\\.amazonaws\\.com:443 closed the stream`, 'u'));
    expect(hosts()).toEqual([`ssm.${REGION}.amazonaws.com`, `ssmmessages.${REGION}.amazonaws.com`, `sts-fips.${REGION}.amazonaws.com`]);
    expect(front.streams.length).toBe(streams + 1);
  }, 30_000);

  it('says of a bundle that cannot be read what named it, before anybody is asked', async () => {
    user.config(`[profile lab]\nregion = ${REGION}\nrole_arn = ${role}\nsource_profile = default\n`);
    expect(await standIn({ AWS_CA_BUNDLE: '/nowhere.pem' })).toMatch(/Cannot perform start session: AWS_CA_BUNDLE names \/nowhere\.pem, which cannot be read: ENOENT\n$/u);
    expect(front.asked).toEqual([]);
  }, 30_000);
});

describe('what goes another way', () => {
  // AWS itself is not reached from here, or is, and is not who the bundle knows.
  it('is what NO_PROXY lists', async () => {
    const { status, stderr } = await user.run(['list'], through({ NO_PROXY: `.${REGION}.amazonaws.com` }));
    expect([status, stderr, front.asked]).toEqual([3, expect.stringMatching(/(?:nothing answers at )?\w+\.ap-northeast-1\.amazonaws\.com:443 (?:\(\w+\)|shows a certificate that is not believed)[\s\S]*\[endpoint-unreachable\]/u), []]);
  }, 60_000);

  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])('is nothing where %s names the proxy', async (name) => {
    expect(await user.run(['list'], through({ HTTPS_PROXY: '', [name]: front.url }))).toMatchObject({ status: 3, stderr: expect.stringContaining('[no-lab]') as string });
    expect(hosts()).toEqual(regional(['cloudformation', 'ec2', 'ssm'], 'amazonaws.com'));
  }, 30_000);

  it('is nothing that an unknown authority vouches for, and the hint is the bundle', async () => {
    const { status, stderr } = await user.run(['list'], through({ AWS_CA_BUNDLE: '' }));
    expect([status, stderr]).toEqual([3, expect.stringMatching(/:443 shows a certificate that is not believed[\s\S]*\[endpoint-unreachable\][\s\S]*AWS_CA_BUNDLE/u)]);
  }, 60_000);
});
