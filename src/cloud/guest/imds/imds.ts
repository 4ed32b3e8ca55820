/**
 * The instance metadata service, version 2, on a connection of the fabric (L7–L12). The hop limit is not enforced: guests
 * have no container network behind them, so that every asker is one hop away.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { OnConnection } from '../../fabric/fabric.js';
import { EC2_INSTANCE_ROLE, type RoleCredentials } from '../../region.js';
import type { InstanceMetadata } from './instance-metadata.js';
import { MAXIMUM_TTL_SECONDS, SessionTokens } from './token.js';
import { metadataJson, read, versionTree, wholeSeconds } from './tree.js';

export type { InstanceMetadata } from './instance-metadata.js';

export interface MetadataServiceOptions {
  /** The instance that the interface is attached to. */
  readonly lookup: (networkInterfaceId: string) => InstanceMetadata | undefined;
  /** Credentials of the instance's role. Throws when it cannot be assumed, as when the role is gone. */
  readonly credentials: (roleName: string, instanceId: string) => RoleCredentials;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random?: ((size: number) => Buffer) | undefined;
}

const TOKEN_PATH = '/latest/api/token';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';

/** Versions that are asked for in practice; all have the same content. */
const VERSIONS = ['1.0', '2009-04-04', '2011-01-01', '2014-11-05', '2016-09-02', '2018-09-24', '2019-10-01', '2020-10-27', '2021-01-03', '2021-03-23', '2021-07-15', '2022-09-24', '2024-04-11', 'latest'];

/** New credentials are made when the old ones are this near their end, milliseconds: clients look for fresh ones minutes ahead. */
const RENEW_BEFORE_MS = 15 * 60_000;

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed' };

/** The server for {@link Fabric.serveMetadata} of one region. */
export function createMetadataService(options: MetadataServiceOptions): OnConnection {
  const service = new MetadataService(options);
  const interfaces = new WeakMap<object, string>();
  const server = createServer((request, response) => {
    service.answer(interfaces.get(request.socket) ?? '', request, response);
  });
  server.keepAliveTimeout = 0;
  return (stream, peer) => {
    if (peer.networkInterfaceId !== undefined) interfaces.set(stream, peer.networkInterfaceId);
    server.emit('connection', stream);
  };
}

class MetadataService {
  readonly #options: MetadataServiceOptions;
  readonly #tokens: SessionTokens;
  /** Instance and role → what it was given last. */
  readonly #given = new Map<string, { readonly issuedAt: number; readonly credentials: RoleCredentials }>();

  constructor(options: MetadataServiceOptions) {
    this.#options = options;
    this.#tokens = new SessionTokens((options.random ?? randomBytes)(32));
  }

  answer(networkInterfaceId: string, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    response.setHeader('Server', 'EC2ws');
    const instance = this.#options.lookup(networkInterfaceId);
    if (instance === undefined) return refuse(response, 404);
    if (instance.options.httpEndpoint === 'disabled') return refuse(response, 403);
    const path = (request.url ?? '/').replace(/\?.*$/, '').replaceAll(/\/{2,}/g, '/');
    if (request.method === 'PUT') return this.#putToken(instance, path, request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    const token = request.headers[TOKEN_HEADER];
    if (typeof token === 'string') {
      const left = this.#tokens.secondsLeft(token, instance.instanceId, this.#options.now());
      if (left === undefined) return refuse(response, 401);
      response.setHeader(TTL_HEADER, left);
    } else if (instance.options.httpTokens === 'required') {
      return refuse(response, 401);
    }
    const content = path === TOKEN_PATH ? undefined : this.#read(instance, path);
    if (content === undefined) return refuse(response, path === TOKEN_PATH ? 405 : 404);
    send(response, 200, content, request.method === 'HEAD');
  }

  #putToken(instance: InstanceMetadata, path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path !== TOKEN_PATH) return refuse(response, 405);
    // A proxy in between would hand the token to whoever talks to the proxy.
    if (request.headers['x-forwarded-for'] !== undefined) return refuse(response, 403);
    const ttl = request.headers[TTL_HEADER];
    if (typeof ttl !== 'string' || !/^\d{1,5}$/.test(ttl)) return refuse(response, 400);
    const seconds = Number(ttl);
    if (seconds < 1 || seconds > MAXIMUM_TTL_SECONDS) return refuse(response, 400);
    response.setHeader(TTL_HEADER, seconds);
    send(response, 200, this.#tokens.issue(instance.instanceId, this.#options.now() + seconds * 1000), false);
  }

  #read(instance: InstanceMetadata, path: string): string | Buffer | undefined {
    const [, version = '', ...rest] = path.split('/').map(decode);
    if (version === '') return rest.length === 0 ? VERSIONS.join('\n') : undefined;
    if (!VERSIONS.includes(version)) return undefined;
    const tree = versionTree(instance, {
      profile: () => this.#profile(instance),
      credentials: () => this.#credentials(instance, instance.instanceProfile?.roleName ?? ''),
      identity: () => metadataJson({ Code: 'Success', LastUpdated: wholeSeconds(instance.launchTime), AccountId: instance.accountId }),
      identityCredentials: () => this.#credentials(instance, EC2_INSTANCE_ROLE),
    });
    return read(tree, rest);
  }

  #profile({ instanceProfile, launchTime }: InstanceMetadata): string {
    return metadataJson({
      Code: 'Success',
      LastUpdated: wholeSeconds(launchTime),
      InstanceProfileArn: instanceProfile?.arn ?? '',
      InstanceProfileId: instanceProfile?.id ?? '',
    });
  }

  #credentials({ instanceId }: InstanceMetadata, roleName: string): string {
    const now = this.#options.now();
    const key = `${instanceId} ${roleName}`;
    let given = this.#given.get(key);
    if (given === undefined || given.credentials.expiration - now < RENEW_BEFORE_MS) {
      let credentials: RoleCredentials;
      try {
        credentials = this.#options.credentials(roleName, instanceId);
      } catch {
        this.#given.delete(key);
        return metadataJson({
          Code: 'AssumeRoleUnauthorizedAccess',
          Message: `EC2 cannot assume the role ${roleName}.  Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.`,
          LastUpdated: wholeSeconds(now),
        });
      }
      this.#given.set(key, (given = { issuedAt: now, credentials }));
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = given.credentials;
    return metadataJson({
      Code: 'Success',
      LastUpdated: wholeSeconds(given.issuedAt),
      Type: 'AWS-HMAC',
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: wholeSeconds(expiration),
    });
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function refuse(response: ServerResponse, status: number): void {
  const reason = `${status} - ${REASONS[status] ?? ''}`;
  response.setHeader('Content-Type', 'text/html');
  response.statusCode = status;
  response.end([
    '<?xml version="1.0" encoding="iso-8859-1"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">',
    `<head><title>${reason}</title></head><body><h1>${reason}</h1></body>`,
    '</html>\n',
  ].join('\n'));
}

function send(response: ServerResponse, status: number, content: string | Buffer, headOnly: boolean): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain');
  response.setHeader('Content-Length', Buffer.byteLength(content));
  response.end(headOnly ? undefined : content);
}
