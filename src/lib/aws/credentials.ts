/** The SDK's default credential chain and region, for the target AWS. */
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { SsmlabError } from '../errors.js';
import type { Credentials } from '../target/target.js';

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
