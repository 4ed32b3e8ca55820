/** What the agent learns from IMDSv2: which region and instance this is, and its role's credentials (`agent-service.md` §2). */
import { parseJsonObject, type JsonObject } from '../../../lib/protocol/json-payload.js';
import { read } from '../../messages/frame.js';
import type { RoleCredentials } from '../../region.js';
import type { Guest } from '../guest.js';
import { exchange, openTcp, type HttpReply } from './connection.js';

const HOST = '169.254.169.254';
const TOKEN_SECONDS = 21_600;

export interface Identity {
  readonly region: string;
  readonly instanceId: string;
}

function json(body: string): JsonObject | undefined {
  return read((text: string) => parseJsonObject(text, 'IMDS reply'), body);
}

export class Metadata {
  readonly #guest: Guest;
  readonly #now: () => number;
  #token: { readonly value: string; readonly expires: number } | undefined;
  #identity: Identity | undefined;

  constructor(guest: Guest, now: () => number) {
    this.#guest = guest;
    this.#now = now;
  }

  /** From the instance-identity document. */
  async identity(signal: AbortSignal): Promise<Identity> {
    if (this.#identity !== undefined) return this.#identity;
    const reply = await this.#get('/latest/dynamic/instance-identity/document', signal);
    const document = reply.status === 200 ? json(reply.body) : undefined;
    const region = document?.['region'];
    const instanceId = document?.['instanceId'];
    if (typeof region !== 'string' || typeof instanceId !== 'string') throw new Error('IMDS gives no instance-identity document');
    this.#identity = { region, instanceId };
    return this.#identity;
  }

  /** The role's credentials; undefined when the instance has no role. */
  credentials(signal: AbortSignal): Promise<RoleCredentials | undefined> {
    return this.#fetch('/latest/meta-data/iam/security-credentials/', signal);
  }

  /** The instance's own, by which it can only say who it is; undefined where it has none. */
  identityCredentials(signal: AbortSignal): Promise<RoleCredentials | undefined> {
    return this.#fetch('/latest/meta-data/identity-credentials/ec2/security-credentials/', signal);
  }

  /** The VPC's prefixes; none when IMDS does not say. */
  async vpcPrefixes(signal: AbortSignal): Promise<readonly string[]> {
    const path = '/latest/meta-data/network/interfaces/macs/';
    const macs = await this.#get(path, signal);
    const [mac] = macs.status === 200 ? macs.body.split('\n') : [];
    if (mac === undefined || mac === '') return [];
    const prefixes = await this.#get(`${path}${mac.replace(/\/$/, '')}/vpc-ipv4-cidr-blocks`, signal);
    return prefixes.status === 200 ? prefixes.body.split('\n') : [];
  }

  async #fetch(path: string, signal: AbortSignal): Promise<RoleCredentials | undefined> {
    const list = await this.#get(path, signal);
    const role = list.body.split('\n')[0]?.trim();
    if (list.status === 404 || role === undefined || role === '') return undefined;
    if (list.status !== 200) throw new Error(`IMDS answered ${list.status}`);
    const reply = await this.#get(`${path}${encodeURIComponent(role)}`, signal);
    const document = reply.status === 200 ? json(reply.body) : undefined;
    const [accessKeyId, secretAccessKey, sessionToken, expires] = ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration'].map((name) => document?.[name]);
    if (document?.['Code'] !== 'Success' || typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string'
      || typeof sessionToken !== 'string' || typeof expires !== 'string') return undefined;
    const expiration = Date.parse(expires);
    return { accessKeyId, secretAccessKey, sessionToken, expiration: Number.isNaN(expiration) ? 0 : expiration };
  }

  async #get(path: string, signal: AbortSignal): Promise<HttpReply> {
    const reply = await this.#getWith(path, await this.#tokenValue(signal), signal);
    if (reply.status !== 401) return reply;
    // The metadata service may have been restarted since: its tokens are new then.
    this.#token = undefined;
    return this.#getWith(path, await this.#tokenValue(signal), signal);
  }

  async #getWith(path: string, token: string, signal: AbortSignal): Promise<HttpReply> {
    const stream = await openTcp(this.#guest, HOST, 80, signal);
    return exchange(stream, { method: 'GET', host: HOST, path, headers: { 'x-aws-ec2-metadata-token': token } }, signal);
  }

  async #tokenValue(signal: AbortSignal): Promise<string> {
    const held = this.#token;
    if (held !== undefined && held.expires > this.#now()) return held.value;
    const stream = await openTcp(this.#guest, HOST, 80, signal);
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) };
    const reply = await exchange(stream, { method: 'PUT', host: HOST, path: '/latest/api/token', headers }, signal);
    if (reply.status !== 200 || reply.body === '') throw new Error(`IMDS gives no token: ${reply.status}`);
    this.#token = { value: reply.body, expires: this.#now() + (TOKEN_SECONDS - 60) * 1000 };
    return reply.body;
  }
}
