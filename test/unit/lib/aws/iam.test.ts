import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attachedPolicies, boundaryOfRole, defaultVersion, inlinePolicies, inlinePolicy, policyVersion, roleOfProfile } from '../../../../src/lib/aws/iam.js';

interface Sent {
  readonly url: string;
  readonly authorization: string;
  readonly form: Readonly<Record<string, string>>;
}

const sent: Sent[] = [];
let replies: { readonly status: number; readonly body: string }[] = [];
const answer = (operation: string, result: string): void => void replies.push({ status: 200, body: `<${operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation}Response>` });
const refuse = (status: number, code: string): void => void replies.push({ status, body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no &amp; no</Message></Error></ErrorResponse>` });

const server = createServer((request, reply) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => {
    sent.push({ url: `https://${request.headers.host}${request.url}`, authorization: request.headers.authorization ?? '', form: Object.fromEntries(new URLSearchParams(body)) });
    const { status, body: answered } = replies.shift() ?? { status: 500, body: '' };
    reply.writeHead(status, { 'content-type': 'text/xml' }).end(answered);
  });
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  sent.length = 0;
  replies = [];
});

/** Whatever host is meant, its connection leads to the server here. */
class Astray extends Agent {
  override createConnection(): Socket {
    return connect((server.address() as AddressInfo).port, '127.0.0.1');
  }
}
const wayOut = { agentFor: () => new Astray(), proxyFor: () => undefined, authorities: () => undefined };

const target = (region = 'eu-west-1') => ({ region, wayOut, credentials: () => Promise.resolve({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }) });
const DOCUMENT = '{"Statement":[{"Sid":"50 % + é"}]}';
const ENCODED = encodeURIComponent(DOCUMENT);

describe('IAM', () => {
  it.each([
    ['eu-west-1', 'https://iam.amazonaws.com/', 'us-east-1'], ['cn-northwest-1', 'https://iam.cn-north-1.amazonaws.com.cn/', 'cn-north-1'], ['us-gov-east-1', 'https://iam.us-gov.amazonaws.com/', 'us-gov-west-1'],
  ])('of %s is asked at %s', async (region, url, signed) => {
    answer('GetRole', '<Role/>');
    expect(await boundaryOfRole(target(region), 'r')).toBeUndefined();
    expect(sent).toMatchObject([{ url, form: { Action: 'GetRole', Version: '2010-05-08', RoleName: 'r' } }]);
    expect(sent[0]?.authorization).toContain(`/${signed}/iam/aws4_request`);
  });

  it('gives the role of a profile, none, or no profile', async () => {
    answer('GetInstanceProfile', `<InstanceProfile><Roles><member><RoleName>r</RoleName><Arn>arn:aws:iam::1:role/r</Arn><AssumeRolePolicyDocument>${ENCODED}</AssumeRolePolicyDocument></member></Roles></InstanceProfile>`);
    expect(await roleOfProfile(target(), 'p')).toEqual({ roleName: 'r', arn: 'arn:aws:iam::1:role/r', trust: DOCUMENT });
    answer('GetInstanceProfile', '<InstanceProfile><Roles/></InstanceProfile>');
    expect(await roleOfProfile(target(), 'p')).toBeNull();
    refuse(404, 'NoSuchEntity');
    expect(await roleOfProfile(target(), 'p')).toBeUndefined();
  });

  it('reads every page', async () => {
    const policies = (...arns: string[]) => `<AttachedPolicies>${arns.map((arn) => `<member><PolicyName>n</PolicyName><PolicyArn>${arn}</PolicyArn></member>`).join('')}</AttachedPolicies>`;
    answer('ListAttachedRolePolicies', `${policies('a', 'b')}<IsTruncated>true</IsTruncated><Marker>m&amp;m</Marker>`);
    answer('ListAttachedRolePolicies', `${policies('c')}<IsTruncated>false</IsTruncated>`);
    expect(await attachedPolicies(target(), 'r')).toEqual(['a', 'b', 'c']);
    expect(sent.map(({ form }) => form['Marker'])).toEqual([undefined, 'm&m']);
    answer('ListRolePolicies', '<PolicyNames><member>x</member></PolicyNames><IsTruncated>false</IsTruncated>');
    expect(await inlinePolicies(target(), 'r')).toEqual(['x']);
  });

  it('decodes documents', async () => {
    answer('GetRolePolicy', `<PolicyDocument>${ENCODED}</PolicyDocument>`);
    expect(await inlinePolicy(target(), 'r', 'p')).toBe(DOCUMENT);
    answer('GetPolicyVersion', `<PolicyVersion><Document>${ENCODED}</Document></PolicyVersion>`);
    expect(await policyVersion(target(), 'arn', 'v1')).toBe(DOCUMENT);
    answer('GetPolicyVersion', '<PolicyVersion><Document>%</Document></PolicyVersion>');
    await expect(policyVersion(target(), 'arn', 'v1')).rejects.toMatchObject({ code: 'aws-error', message: expect.stringContaining('PolicyVersion.Document is not encoded') as string });
  });

  it('knows a policy that is gone from one that may not be read', async () => {
    answer('GetPolicy', '<Policy><DefaultVersionId>v3</DefaultVersionId></Policy>');
    expect(await defaultVersion(target(), 'arn')).toBe('v3');
    refuse(404, 'NoSuchEntity');
    expect(await defaultVersion(target(), 'arn')).toBeUndefined();
    refuse(403, 'AccessDenied');
    await expect(defaultVersion(target(), 'arn')).rejects.toMatchObject({ code: 'access-denied', message: 'iam GetPolicy: no & no' });
    replies.push({ status: 200, body: '{}' });
    await expect(defaultVersion(target(), 'arn')).rejects.toMatchObject({ code: 'aws-error' });
  });

  it('tries again what is too much at once', async () => {
    refuse(400, 'Throttling');
    answer('GetRole', '<Role><PermissionsBoundary><PermissionsBoundaryArn>arn:b</PermissionsBoundaryArn></PermissionsBoundary></Role>');
    expect(await boundaryOfRole(target(), 'r')).toBe('arn:b');
    expect(sent).toHaveLength(2);
  });
});
