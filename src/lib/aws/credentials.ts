/** The SDK's default credential chain and region, for the target AWS. */
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { SsmlabError } from '../errors.js';
import type { Credentials } from '../target/target.js';

/** `profile-missing` when neither of the SDK's two files has it, with the names that they have. */
export async function requireProfile(profile: string): Promise<void> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter((name) => !/^(?:sso-session|services)\./u.test(name));
  if (names.includes(profile)) return;
  const hint = names.length === 0 ? `no profile is there at all: run \`aws configure --profile ${profile}\`` : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  const { AWS_CONFIG_FILE: config = '~/.aws/config', AWS_SHARED_CREDENTIALS_FILE: credentials = '~/.aws/credentials' } = process.env;
  throw new SsmlabError('profile-missing', `no profile "${profile}" is in ${config} or ${credentials}`, { hint });
}

/** Credentials by the SDK's own chain; `credentials-missing` names what the chain said. */
export function chainCredentials(profile: string | undefined, region?: string): () => Promise<Credentials> {
  const provider = fromNodeProviderChain({ ...(profile === undefined ? {} : { profile }), ...(region === undefined ? {} : { clientConfig: { region } }) });
  let found: Promise<Credentials & { readonly expiration?: Date | undefined }> | undefined;
  return async () => {
    const held = await found?.catch(() => undefined);
    // Renewed five minutes before the end, as the SDK's own clients do.
    if (held === undefined || (held.expiration !== undefined && held.expiration.getTime() - Date.now() < 300_000)) found = provider();
    try {
      return await (found ?? provider());
    } catch (error) {
      const from = profile === undefined ? '' : ` in profile "${profile}"`;
      throw new SsmlabError('credentials-missing', `no AWS credentials were found${from}: ${(error as Error).message}`, { cause: error });
    }
  };
}
