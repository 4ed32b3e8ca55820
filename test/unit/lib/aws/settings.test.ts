import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endpointSettings } from '../../../../src/lib/aws/settings.js';
import { chainCredentials } from '../../../../src/lib/aws/credentials.js';
import { generateDataKey } from '../../../../src/lib/aws/kms.js';

let folder: string;
const config = (text: string): void => writeFileSync(join(folder, 'config'), text);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-settings-'));
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('HOME', folder);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_ENDPOINT_URL']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('retries', () => {
  it('are as the variables say, then the profile, and unset where nothing does', async () => {
    config('[default]\n[profile lab]\nretry_mode = standard\nmax_attempts = 7\n');
    const cases = [[undefined, {}, undefined], ['lab', {}, { mode: 'standard', maxAttempts: 7 }], ['lab', { AWS_RETRY_MODE: 'adaptive', AWS_MAX_ATTEMPTS: '1' }, { mode: 'adaptive', maxAttempts: 1 }], [undefined, { AWS_MAX_ATTEMPTS: '3' }, { mode: 'adaptive', maxAttempts: 3 }], [undefined, { AWS_RETRY_MODE: 'standard', AWS_MAX_ATTEMPTS: '' }, { mode: 'standard', maxAttempts: 5 }]] as const;
    for (const [profile, environment, retries] of cases) expect((await endpointSettings(profile, environment)).retries).toEqual(retries);
  });

  it('are refused by what set them', async () => {
    config('[default]\n[profile lab]\nretry_mode = legacy\n[profile none]\nmax_attempts = 0\n');
    const cases = [['lab', {}, 'retry_mode of the profile "lab" is no retry mode of the SDK: "legacy"'], ['none', {}, 'max_attempts of the profile "none" is no number of tries: "0"'], [undefined, { AWS_MAX_ATTEMPTS: 'many' }, 'AWS_MAX_ATTEMPTS is no number of tries: "many"'], [undefined, { AWS_RETRY_MODE: 'Standard' }, 'AWS_RETRY_MODE is no retry mode of the SDK: "Standard"']] as const;
    for (const [profile, environment, message] of cases) await expect(endpointSettings(profile, environment)).rejects.toMatchObject({ code: 'usage', message });
  });
});

describe('endpoints', () => {
  const FILE = '[default]\n[profile lab]\nendpoint_url = http://all.example\nservices = here\nuse_fips_endpoint = true\nuse_dualstack_endpoint = True\n[services here]\nec2 =\n  endpoint_url = http://ec2.example\nservice_quotas =\n  endpoint_url = http://quotas.example\n';

  it('are AWS\'s own where nothing is said', async () => {
    expect(await endpointSettings(undefined, {})).toEqual({ endpoint: undefined, serviceEndpoints: {}, fips: false, dualStack: false });
  });

  it('are those of the profile and of its section of services', async () => {
    config(FILE);
    expect(await endpointSettings('lab', {})).toEqual({ endpoint: 'http://all.example', endpointSetBy: 'endpoint_url of the profile "lab"', serviceEndpoints: { ec2: 'http://ec2.example', servicequotas: 'http://quotas.example' }, fips: true, dualStack: true });
    expect((await endpointSettings(undefined, {})).endpoint).toBeUndefined();
  });

  it('are those of variables first, that of a service before that of all', async () => {
    config(FILE);
    expect(await endpointSettings('lab', { AWS_ENDPOINT_URL: 'http://v.example', AWS_ENDPOINT_URL_EC2_INSTANCE_CONNECT: 'http://eic.example', AWS_ENDPOINT_URL_SSMMESSAGES: 'https://vpce.example', AWS_USE_FIPS_ENDPOINT: 'false' })).toEqual({
      endpoint: 'http://v.example', endpointSetBy: 'AWS_ENDPOINT_URL', serviceEndpoints: { 'ec2-instance-connect': 'http://eic.example', 'ssmmessages': 'https://vpce.example' }, fips: false, dualStack: true,
    });
    expect(await endpointSettings('lab', { AWS_ENDPOINT_URL: 'http://v.example', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).toMatchObject({ endpoint: undefined, serviceEndpoints: {} });
  });

  it('that are no URL are named', async () => {
    config('[profile lab]\nendpoint_url = localhost:1\n');
    await expect(endpointSettings(undefined, { AWS_ENDPOINT_URL_EC2: 'ftp://x' })).rejects.toMatchObject({ code: 'usage', message: 'AWS_ENDPOINT_URL_EC2 is no http or https URL: "ftp://x"' });
    await expect(endpointSettings('lab', {})).rejects.toMatchObject({ code: 'usage', message: 'endpoint_url of the profile "lab" is no http or https URL: "localhost:1"' });
  });
});

/** What is asked of a server on loopback, and what it answers. */
async function answering(answer: (body: string, headers: NodeJS.Dict<string | string[]>) => { readonly status: number; readonly type: string; readonly text: string; readonly date?: string }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => void (body += text)).on('end', () => {
      asked.push(body);
      const { status, type, text, date } = answer(body, request.headers);
      response.writeHead(status, { 'content-type': type, ...(date === undefined ? {} : { date }) }).end(text);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => new Promise((resolve) => void (server.closeAllConnections(), server.close(resolve))) };
}

describe('credentials by the SDK\'s chain', () => {
  const ROLE = '[profile base]\n[profile mfa]\nrole_arn = arn:aws:iam::123456789012:role/lab\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\nregion = eu-west-1\n';
  const KEYS = '[base]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';

  it('an assumed role with MFA asks for the code and sends it', async () => {
    const sts = await answering(() => ({
      status: 200, type: 'text/xml',
      text: '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>A:b</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/lab/b</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
    }));
    config(ROLE);
    writeFileSync(join(folder, 'credentials'), KEYS);
    vi.stubEnv('AWS_ENDPOINT_URL', sts.url);
    const serials: string[] = [];
    const credentials = chainCredentials('mfa', { region: 'eu-west-1', mfaCode: async (serial) => (serials.push(serial), '123456') });
    expect(await credentials()).toMatchObject({ accessKeyId: 'ASIAEXAMPLE', sessionToken: 't' });
    await credentials();
    // Once, not for every call.
    expect(serials).toEqual(['arn:aws:iam::123456789012:mfa/me']);
    expect(Object.fromEntries(new URLSearchParams(sts.asked[0]))).toMatchObject({ Action: 'AssumeRole', SerialNumber: 'arn:aws:iam::123456789012:mfa/me', TokenCode: '123456' });
    await sts.close();
  });

  it('says so where nobody can be asked for the code', async () => {
    config(ROLE);
    writeFileSync(join(folder, 'credentials'), KEYS);
    await expect(chainCredentials('mfa', { region: 'eu-west-1' })()).rejects.toMatchObject({ code: 'credentials-missing', hint: expect.stringContaining('run it in a terminal') as string });
  });

  it('an SSO session that is missing or expired leads to `aws sso login`', async () => {
    config('[profile corp]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = dev\nregion = eu-west-1\n[sso-session work]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n');
    await expect(chainCredentials('corp', { region: 'eu-west-1' })()).rejects.toMatchObject({ code: 'credentials-missing', hint: 'run `aws sso login --profile corp`' });
  });

  it('are asked for once while they hold, by however many at once, and again five minutes before their end', async () => {
    const ask = (minutes: number): void => {
      writeFileSync(join(folder, 'process'), `#!/bin/sh\necho asked >> ${folder}/asked\necho '${JSON.stringify({ Version: 1, AccessKeyId: 'AKIAEXAMPLE', SecretAccessKey: 's', Expiration: new Date(Date.now() + minutes * 60_000).toISOString() })}'\n`, { mode: 0o755 });
      writeFileSync(join(folder, 'asked'), '');
    };
    const times = (): number => readFileSync(join(folder, 'asked'), 'utf8').split('\n').length - 1;
    config(`[profile proc]\ncredential_process = ${folder}/process\n`);
    ask(60);
    const credentials = chainCredentials('proc', { region: 'eu-west-1' });
    await Promise.all([credentials(), credentials(), credentials()]);
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIAEXAMPLE' });
    expect(times()).toBe(1);
    ask(4);
    const ending = chainCredentials('proc', { region: 'eu-west-1' });
    await ending();
    await ending();
    expect(times()).toBe(2);
  });

  it('that failed are asked for again', async () => {
    config('[profile proc]\ncredential_process = cat KEYS\n'.replace('KEYS', join(folder, 'keys')));
    const credentials = chainCredentials('proc', { region: 'eu-west-1' });
    await expect(credentials()).rejects.toMatchObject({ code: 'credentials-missing' });
    writeFileSync(join(folder, 'keys'), '{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s"}');
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIAEXAMPLE' });
  });

  it.each([['sso_account_id = 123456789012\nsso_role_name = dev\nsso_start_url = https://example.awsapps.com/start'], ['sso_account_id = 123456789012\nsso_role_name = dev\nsso_session = nowhere'], ['sso_session = work']])('an SSO profile that lacks something (%j) is to be completed', async (lines) => {
    config(`[profile corp]\n${lines}\nregion = eu-west-1\n[sso-session work]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n`);
    await expect(chainCredentials('corp', { region: 'eu-west-1' })()).rejects.toMatchObject({ code: 'credentials-missing', hint: 'complete the profile: `aws configure sso --profile corp` asks for what it needs' });
  });

  it('of `aws login` that are not there lead to it', async () => {
    config('[profile me]\nlogin_session = arn:aws:iam::123456789012:user/me\nregion = eu-west-1\n');
    await expect(chainCredentials('me', { region: 'eu-west-1' })()).rejects.toMatchObject({ code: 'credentials-missing', hint: 'run `aws login --profile me`' });
  });

  it('a credential_process that prints something else is named', async () => {
    config('[profile proc]\ncredential_process = echo nothing\n');
    await expect(chainCredentials('proc', { region: 'eu-west-1' })()).rejects.toMatchObject({ code: 'credentials-missing', message: expect.stringContaining('proc') as string });
  });
});

it('a call that is signed here is signed again by the service\'s clock when that refuses it, and goes to the service\'s own endpoint', async () => {
  const ahead = Date.now() + 3_600_000;
  const kms = await answering((_, headers) => {
    const [, day = ''] = /Credential=\w+\/(\d{8})/u.exec(String(headers['authorization'])) ?? [];
    const at = String(headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z');
    return Math.abs(Date.parse(at) - ahead) < 300_000 && day !== ''
      ? { status: 200, type: 'application/x-amz-json-1.1', text: JSON.stringify({ Plaintext: 'AAAA', CiphertextBlob: 'AAAA' }) }
      : { status: 400, type: 'application/x-amz-json-1.1', text: JSON.stringify({ __type: 'InvalidSignatureException', message: 'Signature expired: 20261130T040000Z is now earlier than 20261130T045500Z (20261130T050000Z - 5 min.)' }), date: new Date(ahead).toUTCString() };
  });
  const target = { kind: 'aws', region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: 'http://127.0.0.1:9', serviceEndpoints: { kms: kms.url } } as const;
  expect((await generateDataKey(target, 'k', 64, {})).plaintext.length).toBe(3);
  expect(kms.asked).toHaveLength(2);
  await kms.close();
});
