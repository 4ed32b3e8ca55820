/** The SDK's default credential chain and region, for the target AWS. */
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { SsmlabError } from '../errors.js';
import type { Credentials } from '../target/target.js';
import { addressOf, type ApiTarget } from './client.js';
import { chainError } from './credential-errors.js';
import { type ProfileSource, profileSource, type SsoSettings } from './profile-source.js';
import type { Asked, roleAssumer, webIdentityAssumer } from './role-assumers.js';

/** `profile-missing` when neither of the SDK's two files has it, with the names that they have. */
export async function requireProfile(profile: string): Promise<void> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter((name) => !/^(?:sso-session|services)\./u.test(name));
  if (names.includes(profile)) return;
  const hint = names.length === 0 ? `no profile is there at all: run \`aws configure --profile ${profile}\`` : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  const { AWS_CONFIG_FILE: config = '~/.aws/config', AWS_SHARED_CREDENTIALS_FILE: credentials = '~/.aws/credentials' } = process.env;
  throw new SsmlabError('profile-missing', `no profile "${profile}" is in ${config} or ${credentials}`, { hint });
}

interface Expiring extends Credentials {
  readonly expiration?: Date | undefined;
}

/** Before the end, as the SDK's own clients do. */
const RENEWED_MS = 300_000;

/** Where and how STS and SSO are asked is as with every other call. */
export interface ChainOptions extends Partial<Omit<ApiTarget, 'credentials'>> {
  /** Asks for the code of an MFA device; absent where nobody can be asked. */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
}

/**
 * Of the chain's clients for SSO's portal and tokens. They are asked in the region of the SSO session: a region given here would go before it.
 * An endpoint of variables they find by themselves; that of a profile only where AWS_PROFILE names it.
 */
function ssoClientConfig(options: ChainOptions, sso: SsoSettings) {
  const { wayOut, serviceEndpoints, endpointSetBy, endpoint, fips, dualStack } = options;
  const own = serviceEndpoints?.['sso'] ?? endpoint;
  const ofProfile = own === endpoint && endpointSetBy === 'AWS_ENDPOINT_URL' ? undefined : own;
  const agent = wayOut?.agentFor(addressOf({ region: sso.region, credentials: () => Promise.reject(new Error('unsigned')), endpoint, serviceEndpoints: serviceEndpoints ?? {} }, 'sso', `https://portal.sso.${sso.region}.amazonaws.com/`));
  const variant = own === undefined && fips !== undefined && dualStack !== undefined ? { useFipsEndpoint: fips, useDualstackEndpoint: dualStack } : {};
  return { ...variant, ...(ofProfile === undefined ? {} : { endpoint: ofProfile }), ...(agent === undefined ? {} : { requestHandler: { httpAgent: agent, httpsAgent: agent } }) };
}

interface Assumers {
  readonly roleAssumer: ReturnType<typeof roleAssumer>;
  readonly roleAssumerWithWebIdentity: ReturnType<typeof webIdentityAssumer>;
}

/** STS's client is loaded when a role is assumed: most chains assume none. */
function assumersOf(asked: Asked): Assumers {
  let made: Promise<Assumers> | undefined;
  const make = (): Promise<Assumers> => (made ??= import('./role-assumers.js').then((module) => ({ roleAssumer: module.roleAssumer(asked), roleAssumerWithWebIdentity: module.webIdentityAssumer(asked) })));
  return { roleAssumer: async (source, params) => (await make()).roleAssumer(source, params), roleAssumerWithWebIdentity: async (params) => (await make()).roleAssumerWithWebIdentity(params) };
}

/**
 * The provider. A profile that says where its credentials come from is asked alone: where that fails, the SDK's chain would go on to what the
 * machine it runs on gives, which may be another account's.
 */
function providerOf(profile: string | undefined, source: ProfileSource, options: ChainOptions): () => Promise<Expiring> {
  const { region, mfaCode, ...way } = options;
  const asked = region === undefined ? undefined : { ...way, region };
  const init = {
    ...(profile === undefined ? {} : { profile }),
    ...(source.sso === undefined ? {} : { clientConfig: ssoClientConfig(options, source.sso) }),
    ...(asked === undefined ? {} : assumersOf(asked)),
    ...(mfaCode === undefined ? {} : { mfaCodeProvider: mfaCode }),
  };
  const hasKeys = profile === undefined && [process.env['AWS_ACCESS_KEY_ID'], process.env['AWS_SECRET_ACCESS_KEY']].every((value) => value !== undefined && value !== '');
  return source.isOwn && !hasKeys ? () => fromIni(init)() : fromNodeProviderChain(init);
}

/** Credentials by the SDK's own chain. Throws `credentials-missing` with what the chain said, and of a role that is not given what STS did. */
export function chainCredentials(profile: string | undefined, options: ChainOptions = {}): () => Promise<Credentials> {
  const named = profile ?? (process.env['AWS_PROFILE'] === '' ? undefined : process.env['AWS_PROFILE']);
  const asking = profileSource(named ?? 'default').then((source) => ({ source, provide: providerOf(named, source, options) }));
  // Whoever awaits it is told.
  asking.catch(() => undefined);
  let found: Promise<Expiring> | undefined;
  let held: Expiring | undefined;
  // One question at a time: a code of an MFA device is good once.
  const take = (provide: () => Promise<Expiring>): Promise<Expiring> => {
    if (found !== undefined && (held?.expiration === undefined || held.expiration.getTime() - Date.now() > RENEWED_MS)) return found;
    held = undefined;
    found = provide();
    found.then((credentials) => void (held = credentials), () => void (found = undefined));
    return found;
  };
  return async () => {
    const { source, provide } = await asking;
    try {
      return await take(provide);
    } catch (error) {
      throw chainError(error, named, source);
    }
  };
}
