/** A login at the local cloud's SSO as `aws sso login --use-device-code` makes it, and its approval by the lab's own keys; what the CLI would write into its cache. */
import { hashPayload, signRequest } from '../src/lib/protocol/sigv4.js';

export interface SsoLogin {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface SsoLoginOptions {
  readonly endpoint: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly userName?: string;
  readonly permissionSets?: readonly string[];
  readonly policyArns?: readonly string[];
  readonly tokenSeconds?: number;
}

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

export async function logInToSso({ endpoint, keys, userName = 'me@example.com', permissionSets = ['Lab'], policyArns = [], tokenSeconds }: SsoLoginOptions): Promise<SsoLogin> {
  const post = async <Reply>(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => {
    const response = await fetch(`${endpoint}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Reply;
  };
  const { clientId, clientSecret } = await post<{ clientId: string; clientSecret: string }>('/client/register', { clientName: 'test', clientType: 'public', scopes: ['sso:account:access'] });
  const { deviceCode, userCode } = await post<{ deviceCode: string; userCode: string }>('/device_authorization', { clientId, clientSecret, startUrl: 'https://corp.awsapps.com/start' });
  const approval = { UserCode: userCode, UserName: userName, PermissionSets: permissionSets, PolicyArns: policyArns, ...(tokenSeconds === undefined ? {} : { TokenSeconds: tokenSeconds }) };
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Ssmlab.ApproveSsoLogin' };
  await post('/', approval, { ...headers, ...signRequest({ method: 'POST', url: new URL(`${endpoint}/`), headers, payloadHash: hashPayload(JSON.stringify(approval)) }, { service: 'ssmlab', region: 'ap-northeast-1', now: Date.now() }, keys) });
  const { accessToken, refreshToken, expiresIn } = await post<{ accessToken: string; refreshToken: string; expiresIn: number }>('/token', { clientId, clientSecret, grantType: DEVICE, deviceCode });
  return { clientId, clientSecret, accessToken, refreshToken, expiresAt: new Date(Date.now() + expiresIn * 1000).toISOString() };
}
