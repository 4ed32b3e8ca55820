/**
 * What the environment and the profile say of endpoints, authorities and retries (AWS SDKs and Tools reference, "Service-specific endpoints",
 * "FIPS endpoints", "Dual-stack endpoints", "General configuration", "Retry behavior"), for the SDK's clients and for calls that are signed here alike.
 */
import { loadSharedConfigFiles } from '@smithy/core/config';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import type { WayOutSettings } from '../target/way-out.js';
import { retriesOf } from './retry.js';

export interface EndpointSettings {
  /** For services without one of their own; absent: AWS's own. */
  readonly endpoint?: string | undefined;
  /** What set {@link endpoint}, in words. */
  readonly endpointSetBy?: string | undefined;
  /** By the service's name in hosts, `ec2-instance-connect`. */
  readonly serviceEndpoints: Readonly<Record<string, string>>;
  readonly fips: boolean;
  readonly dualStack: boolean;
  /** File of the authorities to trust, and what named it. */
  readonly bundle: WayOutSettings['bundle'];
  /** Absent where nothing is set. */
  readonly retries: Target['retries'];
}

/** The services that the tool calls, and the one of its streams: name in hosts → name in variables (upper case) and in the configuration file. */
const SETTING_NAMES = {
  'cloudformation': 'cloudformation', 'ec2': 'ec2', 'ec2-instance-connect': 'ec2_instance_connect', 'iam': 'iam', 'kms': 'kms', 'logs': 'cloudwatch_logs', 'pricing': 'pricing', 'scheduler': 'scheduler', 'servicequotas': 'service_quotas', 'ssm': 'ssm', 'sso': 'sso', 'sso-oidc': 'sso_oidc', 'ssmmessages': 'ssmmessages', 'sts': 'sts',
} as const;

type Section = Readonly<Record<string, string | undefined>>;

const isTrue = (value: string | undefined): boolean => value?.trim().toLowerCase() === 'true';
const given = (...values: readonly (string | undefined)[]): string | undefined => values.find((value) => value !== undefined && value !== '');

function checked(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^https?:\/\//iu.test(URL.canParse(value) ? value : '')) return value;
  throw new SsmlabError('usage', `${name} is no http or https URL: "${value}"`, { hint: 'unset it to reach AWS' });
}

const bundleOf = (file: string | undefined, setBy: string): EndpointSettings['bundle'] => (file === undefined ? undefined : { file, setBy });

/** What is set, and by which name. */
interface Named {
  readonly name: string;
  readonly value: string;
}

/** AWS's third, legacy, is each SDK's own, and this one has none. */
const MODES = ['adaptive', 'standard'] as const;

function retriesAsSet(mode: Named | undefined, attempts: Named | undefined): EndpointSettings['retries'] {
  if (mode === undefined && attempts === undefined) return undefined;
  const usual = retriesOf({});
  const known = mode === undefined ? usual.mode : MODES.find((each) => each === mode.value);
  if (known === undefined) throw new SsmlabError('usage', `${mode?.name} is no retry mode of the SDK: "${mode?.value}"`, { hint: 'it has adaptive and standard; AWS_RETRY_MODE in front of this command goes before the profile' });
  if (attempts !== undefined && !/^[1-9]\d{0,2}$/u.test(attempts.value)) throw new SsmlabError('usage', `${attempts.name} is no number of tries: "${attempts.value}"`, { hint: 'name one from 1 to 999, the first try included, or unset it' });
  return { mode: known, maxAttempts: attempts === undefined ? usual.maxAttempts : Number(attempts.value) };
}

/** Reads them. A variable comes before the profile, a service's own endpoint before that of all, each in its place. `usage` for one that is no URL, no retry mode, or no number of tries. */
export async function endpointSettings(profile: string | undefined, environment: NodeJS.ProcessEnv): Promise<EndpointSettings> {
  const { configFile } = await loadSharedConfigFiles();
  const section: Section = configFile[profile ?? 'default'] ?? {};
  const services: Section = section['services'] === undefined ? {} : (configFile[`services.${section['services']}`] ?? {});
  const ignored = isTrue(given(environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'], section['ignore_configured_endpoint_urls']));
  const variable = (name: string): string | undefined => (ignored ? undefined : checked(name, given(environment[name])));
  const configured = (from: Section, name: string): string | undefined => (ignored ? undefined : checked(`${name} of the profile "${profile ?? 'default'}"`, given(from[name])));
  const all = variable('AWS_ENDPOINT_URL');
  const own = Object.entries(SETTING_NAMES).flatMap(([service, name]): [string, string][] => {
    const found = variable(`AWS_ENDPOINT_URL_${name.toUpperCase()}`) ?? (all === undefined ? configured(services, `${name}.endpoint_url`) : undefined);
    return found === undefined ? [] : [[service, found]];
  });
  const endpoint = all ?? configured(section, 'endpoint_url');
  const named = (ofEnvironment: string, setting: string): Named | undefined => {
    const name = given(environment[ofEnvironment]) === undefined ? `${setting} of the profile "${profile ?? 'default'}"` : ofEnvironment;
    const value = given(environment[ofEnvironment], section[setting])?.trim();
    return value === undefined ? undefined : { name, value };
  };
  return {
    endpoint,
    endpointSetBy: endpoint === undefined ? undefined : all === undefined ? `endpoint_url of the profile "${profile ?? 'default'}"` : 'AWS_ENDPOINT_URL',
    serviceEndpoints: Object.fromEntries(own),
    fips: isTrue(given(environment['AWS_USE_FIPS_ENDPOINT'], section['use_fips_endpoint'])),
    dualStack: isTrue(given(environment['AWS_USE_DUALSTACK_ENDPOINT'], section['use_dualstack_endpoint'])),
    bundle: bundleOf(given(environment['AWS_CA_BUNDLE']), 'AWS_CA_BUNDLE') ?? bundleOf(given(section['ca_bundle']), `ca_bundle of the profile "${profile ?? 'default'}"`),
    retries: retriesAsSet(named('AWS_RETRY_MODE', 'retry_mode'), named('AWS_MAX_ATTEMPTS', 'max_attempts')),
  };
}
