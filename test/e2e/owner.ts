/** Whose account the local cloud is: calls by the lab's own keys, signed here and sent by nobody's SDK. */
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Those that a reply of STS or IAM gives. */
export function keysIn(reply: string): Keys {
  const member = (name: string): string | undefined => new RegExp(`<${name}>([^<]+)`, 'u').exec(reply)?.[1];
  return { accessKeyId: member('AccessKeyId') ?? '', secretAccessKey: member('SecretAccessKey') ?? '', sessionToken: member('SessionToken') };
}

const VERSIONS: Readonly<Record<string, string>> = { cloudformation: '2010-05-15', ec2: '2016-11-15', iam: '2010-05-08', sts: '2011-06-15' };

export class Owner {
  readonly endpoint: string;
  readonly keys: Keys;

  readonly #users = new Map<string, Keys>();

  /** Of what `local env` exports. */
  constructor(cloud: NodeJS.ProcessEnv) {
    this.endpoint = cloud['AWS_ENDPOINT_URL'] ?? '';
    this.keys = { accessKeyId: cloud['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: cloud['AWS_SECRET_ACCESS_KEY'] ?? '' };
  }

  /** Calls in the name of a user that was made here. */
  as(userName: string): Owner {
    const { accessKeyId = '', secretAccessKey = '' } = this.#users.get(userName) ?? {};
    return new Owner({ AWS_ENDPOINT_URL: this.endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  }

  /** A user that may do everything, and its keys. */
  async user(userName: string): Promise<{ readonly userName: string; readonly keys: Keys }> {
    await this.query('iam', 'CreateUser', { UserName: userName });
    await this.query('iam', 'AttachUserPolicy', { UserName: userName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    const keys = keysIn(await this.query('iam', 'CreateAccessKey', { UserName: userName }));
    this.#users.set(userName, keys);
    return { userName, keys };
  }

  async #send(service: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
    const url = new URL(this.endpoint);
    const signed = signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, { service, region: 'ap-northeast-1', now: Date.now() }, this.keys);
    const response = await fetch(url, { method: 'POST', body, headers: { ...headers, ...signed } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service}: ${text}`);
    return text;
  }

  /** The reply's XML. */
  query(service: 'cloudformation' | 'ec2' | 'iam' | 'sts', Action: string, input: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.#send(service, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, new URLSearchParams({ Action, Version: VERSIONS[service] ?? '', ...input }).toString());
  }

  async #json<Reply>(service: string, target: string, input: Readonly<Record<string, unknown>>): Promise<Reply> {
    return JSON.parse(await this.#send(service, { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }, JSON.stringify(input))) as Reply;
  }

  /** A call of ssmlab's own service. */
  ssmlab<Reply>(name: string, input: Readonly<Record<string, unknown>>): Promise<Reply> {
    return this.#json('ssmlab', `Ssmlab.${name}`, input);
  }

  ssm<Reply>(name: string, input: Readonly<Record<string, unknown>>): Promise<Reply> {
    return this.#json('ssm', `AmazonSSM.${name}`, input);
  }

  /** A role that may do everything; its ARN. */
  async role(RoleName: string, ...statements: readonly Readonly<Record<string, unknown>>[]): Promise<string> {
    const reply = await this.query('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement })) }) });
    await this.query('iam', 'AttachRolePolicy', { RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    return /<Arn>([^<]+)/u.exec(reply)?.[1] ?? '';
  }
}
