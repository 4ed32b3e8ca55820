/** The SDK's default credential chain and region, for the target AWS. */
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { SsmlabError } from '../errors.js';
import type { Credentials } from '../target/target.js';
import type { WayOut } from '../target/way-out.js';

/** `profile-missing` when neither of the SDK's two files has it, with the names that they have. */
export async function requireProfile(profile: string): Promise<void> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter((name) => !/^(?:sso-session|services)\./u.test(name));
  if (names.includes(profile)) return;
  const hint = names.length === 0 ? `no profile is there at all: run \`aws configure --profile ${profile}\`` : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  const { AWS_CONFIG_FILE: config = '~/.aws/config', AWS_SHARED_CREDENTIALS_FILE: credentials = '~/.aws/credentials' } = process.env;
  throw new SsmlabError('profile-missing', `no profile "${profile}" is in ${config} or ${credentials}`, { hint });
}

/** What to do about an error of the chain, in its own words where it has none that one can act on. */
function chainHint(message: string, profile: string | undefined): string | undefined {
  const forProfile = profile === undefined ? '' : ` --profile ${profile}`;
  if (/\bSSO\b|aws sso login|\btoken (?:is|has) expired|refresh token/iu.test(message)) return `run \`aws sso login${forProfile}\``;
  if (/multi-factor|\bMFA\b/iu.test(message)) return 'run it in a terminal, where the code can be asked for, or take credentials first: `aws sts get-session-token`';
  if (/credential_process|Profile .* credential_process/iu.test(message)) return 'run the profile\'s credential_process by hand: it has to print JSON with Version 1';
  return undefined;
}

export interface ChainOptions {
  readonly region?: string | undefined;
  /** Proxies and authorities on the way to STS and SSO. */
  readonly wayOut?: WayOut | undefined;
  /** Asks for the code of an MFA device; absent where nobody can be asked. */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
}

/** Of the clients that the chain has for STS and SSO; made when one is used, since most chains ask nobody. */
function handlerOf(wayOut: WayOut | undefined, region: string) {
  const options = async () => {
    const agent = wayOut?.agentFor(new URL(`https://sts.${region}.amazonaws.com/`));
    return agent === undefined ? {} : { httpAgent: agent, httpsAgent: agent };
  };
  // The SDK's handler takes a provider of its options, which its type here does not tell.
  return { requestHandler: options as unknown as Record<string, unknown> };
}

/** Credentials by the SDK's own chain; `credentials-missing` names what the chain said. */
export function chainCredentials(profile: string | undefined, { region, wayOut, mfaCode }: ChainOptions = {}): () => Promise<Credentials> {
  const provider = fromNodeProviderChain({ ...(profile === undefined ? {} : { profile }), ...(region === undefined ? {} : { clientConfig: { region, ...handlerOf(wayOut, region) } }), ...(mfaCode === undefined ? {} : { mfaCodeProvider: mfaCode }) });
  let found: Promise<Credentials & { readonly expiration?: Date | undefined }> | undefined;
  return async () => {
    const held = await found?.catch(() => undefined);
    // Renewed five minutes before the end, as the SDK's own clients do.
    if (held === undefined || (held.expiration !== undefined && held.expiration.getTime() - Date.now() < 300_000)) found = provider();
    try {
      return await (found ?? provider());
    } catch (error) {
      // Ctrl-C at the question for the code is the user's answer.
      if (error instanceof Error && error.name.endsWith('PromptError')) throw error;
      const from = profile === undefined ? '' : ` in profile "${profile}"`;
      const { message } = error as Error;
      throw new SsmlabError('credentials-missing', `no AWS credentials were found${from}: ${message}`, { cause: error, hint: chainHint(message, profile ?? process.env['AWS_PROFILE']) });
    }
  };
}
