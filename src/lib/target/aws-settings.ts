/** Where and how AWS is asked, as the environment and the profile have it: of every target there, and of the AWS CLI's plugin. */
import type { EndpointSettings } from '../aws/settings.js';
import { type WayOut, wayOut } from './way-out.js';

export type AwsSettings = Omit<EndpointSettings, 'bundle'> & { readonly wayOut: WayOut };

/** Reads them. `usage` for what cannot be meant. */
export async function awsSettings(profile: string | undefined, environment: NodeJS.ProcessEnv): Promise<AwsSettings> {
  const { endpointSettings } = await import('../aws/settings.js');
  const { bundle, ...settings } = await endpointSettings(profile, environment);
  return { ...settings, wayOut: await wayOut({ bundle }) };
}
