/** What a profile of `~/.aws` says about where its credentials come from (AWS SDKs and Tools reference, "Standardized credential providers"). */
import { loadSharedConfigFiles } from '@smithy/core/config';

type Section = Readonly<Record<string, string | undefined>>;

/** Settings any of which says how credentials are had. */
const SOURCES = ['aws_access_key_id', 'credential_process', 'login_session', 'role_arn', 'sso_account_id', 'sso_session', 'sso_start_url', 'web_identity_token_file'] as const;

export interface SsoSettings {
  /** Where the portal and its tokens are; often not the region of the lab. */
  readonly region: string;
  readonly accountId: string;
  readonly roleName: string;
}

export interface ProfileSource {
  /** Whether the profile says where credentials come from: then they come from there or not at all. */
  readonly isOwn: boolean;
  /** Of the profile, or of the one at the end of its `source_profile`s. */
  readonly sso: SsoSettings | undefined;
  /** The `sso_session` that a profile names and the files do not have. */
  readonly lostSession: string | undefined;
  /** The profile whose `credential_process` is run, this one or one that `source_profile` leads to. */
  readonly processProfile: string | undefined;
  /** Of `aws login`. */
  readonly loginSession: string | undefined;
  readonly roleArn: string | undefined;
  readonly tokenFile: string | undefined;
}

/** The settings that `source_profile` leads to by their profiles, the profile's own first. */
function trail(sections: Readonly<Record<string, Section>>, profile: string): ReadonlyMap<string, Section> {
  const found = new Map<string, Section>();
  for (let name: string | undefined = profile; name !== undefined && !found.has(name);) {
    const section: Section = sections[name] ?? {};
    found.set(name, section);
    name = section['source_profile'];
  }
  return found;
}

/** Reads the profile. */
export async function profileSource(profile: string): Promise<ProfileSource> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const merged = Object.fromEntries([...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].map((name): [string, Section] => [name, { ...configFile[name], ...credentialsFile[name] }]));
  const profiles = trail(merged, profile);
  const sections = [...profiles.values()];
  const [own = {}] = sections;
  const sso = sections.find((section) => section['sso_account_id'] !== undefined);
  const session: Section = sso?.['sso_session'] === undefined ? {} : (configFile[`sso-session.${sso['sso_session']}`] ?? {});
  return {
    isOwn: SOURCES.some((setting) => own[setting] !== undefined),
    sso: sso === undefined ? undefined : { region: session['sso_region'] ?? sso['sso_region'] ?? '', accountId: sso['sso_account_id'] ?? '', roleName: sso['sso_role_name'] ?? '' },
    lostSession: sections.map((section) => section['sso_session']).find((name) => name !== undefined && configFile[`sso-session.${name}`] === undefined),
    processProfile: [...profiles].find(([, section]) => section['credential_process'] !== undefined)?.[0],
    loginSession: sections.find((section) => section['login_session'] !== undefined)?.['login_session'],
    roleArn: own['role_arn'],
    tokenFile: own['web_identity_token_file'],
  };
}
