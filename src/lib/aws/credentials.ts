/** The SDK's default credential chain and region, for the target AWS. */
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { SsmlabError } from '../errors.js';
import type { Credentials } from '../target/target.js';
import type { ApiTarget } from './client.js';
import { chainError, type NotRenewed } from './credential-errors.js';
import { PatientHandler } from './handler.js';
import { silenceOf } from './patience.js';
import { type ProfileSource, profileSource } from './profile-source.js';
import { retryStrategy } from './retry.js';
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

/** What became of a chain's own calls, for its error. */
interface Trouble {
  notRenewed?: NotRenewed;
}

const RENEWALS = new Set(['CreateToken', 'CreateOAuth2Token']);

/** Of the chain's clients for SSO's portal, for its tokens, and for those of `aws login`: tried and bound as every other call is. */
function clientConfig(options: ChainOptions, { sso, loginSession }: ProfileSource, trouble: Trouble) {
  if (sso === undefined && loginSession === undefined) return {};
  const requestHandler = new PatientHandler(options, (operation, host, error) => {
    if (RENEWALS.has(operation)) trouble.notRenewed = { host, error };
  });
  return { clientConfig: { ...(sso === undefined ? {} : ssoEndpoint(options)), requestHandler, retryStrategy: retryStrategy(options, 'sso', '') } };
}

/**
 * Of SSO's portal. It is asked in the region of the SSO session: a region given here would go before it. An endpoint of variables the chain's clients
 * find by themselves; that of a profile only where AWS_PROFILE names it.
 */
function ssoEndpoint({ serviceEndpoints, endpointSetBy, endpoint, fips, dualStack }: ChainOptions) {
  const own = serviceEndpoints?.['sso'] ?? endpoint;
  const ofProfile = own === endpoint && endpointSetBy === 'AWS_ENDPOINT_URL' ? undefined : own;
  const variant = own === undefined && fips !== undefined && dualStack !== undefined ? { useFipsEndpoint: fips, useDualstackEndpoint: dualStack } : {};
  return { ...variant, ...(ofProfile === undefined ? {} : { endpoint: ofProfile }) };
}

interface Assumers {
  readonly roleAssumer: ReturnType<typeof roleAssumer>;
  readonly roleAssumerWithWebIdentity: ReturnType<typeof webIdentityAssumer>;
}

/** STS's client is loaded when a role is assumed: most chains assume none. `first` is done by then. */
function assumersOf(asked: Asked, first: Watch): Assumers {
  let made: Promise<Assumers> | undefined;
  const make = (): Promise<Assumers> => (made ??= import('./role-assumers.js').then((module) => ({ roleAssumer: module.roleAssumer(asked), roleAssumerWithWebIdentity: module.webIdentityAssumer(asked) })));
  return {
    roleAssumer: async (source, params) => {
      first.stop();
      return (await make()).roleAssumer(source, params);
    },
     roleAssumerWithWebIdentity: async (params) => (await make()).roleAssumerWithWebIdentity(params),
  };
}

interface Watch {
  readonly start: () => void;
  readonly stop: () => void;
}

/** Of a profile's `credential_process`, while it is what the chain waits for; what it prints is nobody's to see. */
function watchOf(options: ChainOptions, { processProfile }: ProfileSource): Watch {
  const { afterMs, tell } = silenceOf(options, { who: `credential_process of the profile "${processProfile}"` });
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  const start = (): void => {
    stop();
    if (processProfile !== undefined) timer = setTimeout(tell, afterMs);
  };
  return { start, stop };
}

/**
 * The provider. A profile that says where its credentials come from is asked alone: where that fails, the SDK's chain would go on to what the
 * machine it runs on gives, which may be another account's.
 */
function providerOf(profile: string | undefined, source: ProfileSource, options: ChainOptions, trouble: Trouble): () => Promise<Expiring> {
  const { region, mfaCode, ...way } = options;
  const asked = region === undefined ? undefined : { ...way, region };
  const watch = watchOf(options, source);
  // A profile's process runs while its user is asked, who may take long.
  const mfaCodeProvider = mfaCode === undefined ? undefined : (serial: string): Promise<string> => {
    watch.stop();
    return mfaCode(serial).finally(watch.start);
  };
  const init = {
    ...(profile === undefined ? {} : { profile }),
    ...clientConfig(options, source, trouble),
    ...(asked === undefined ? {} : assumersOf(asked, watch)),
    ...(mfaCodeProvider === undefined ? {} : { mfaCodeProvider }),
  };
  const hasKeys = profile === undefined && [process.env['AWS_ACCESS_KEY_ID'], process.env['AWS_SECRET_ACCESS_KEY']].every((value) => value !== undefined && value !== '');
  const provide = source.isOwn && !hasKeys ? () => fromIni(init)() : fromNodeProviderChain(init);
  return () => {
    watch.start();
    return provide().finally(watch.stop);
  };
}

/** Credentials by the SDK's own chain. Throws `credentials-missing` with what the chain said, and of a role that is not given what STS did. */
export function chainCredentials(profile: string | undefined, options: ChainOptions = {}): () => Promise<Credentials> {
  const named = profile ?? (process.env['AWS_PROFILE'] === '' ? undefined : process.env['AWS_PROFILE']);
  const trouble: Trouble = {};
  const asking = profileSource(named ?? 'default').then((source) => ({ source, provide: providerOf(named, source, options, trouble) }));
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
      throw chainError(error, named, source, trouble.notRenewed);
    }
  };
}
