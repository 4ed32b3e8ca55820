/** Flags and environment → the target that a command acts on. */
import { SsmlabError } from '../errors.js';
import { awsSettings } from './aws-settings.js';
import { findLocalCloud, hasLocalState, type LocalCloud, localTrouble, type StartOptions, startLocalCloud } from './local/cloud.js';
import { recordedLabs } from './lab-folder.js';
import type { Target } from './target.js';
import { dialAsNamed, namesSocks } from './socks-proxy.js';
import { dialUplink } from './uplink.js';

/** Region of the local cloud when none is named. */
export const DEFAULT_REGION = 'ap-northeast-1';

export interface TargetOptions {
  readonly kind: 'aws' | 'local';
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** State folder, see `stateHome`. */
  readonly home: string;
  /** Start the local cloud when it does not run; otherwise that is an error with its next step. */
  readonly start?: boolean | undefined;
  /** Fabric of the local cloud that is started. */
  readonly fabric?: StartOptions['fabric'];
  /** What `ssh` runs as ProxyCommand, without the arguments: on the local target, and where a SOCKS proxy is named. */
  readonly dialCommand?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Asks for the code of an MFA device, where somebody can be asked. */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  readonly onSilence?: Target['onSilence'];
  readonly patienceMs?: Target['patienceMs'];
}

/** The target of a running local cloud. */
export function localTarget(cloud: LocalCloud, options: Pick<TargetOptions, 'region' | 'dialCommand' | 'onSilence'>): Target {
  return {
    kind: 'local',
    region: options.region ?? DEFAULT_REGION,
    credentials: async () => cloud.credentials,
    endpoint: cloud.endpoint,
    beside: cloud.beside === undefined ? undefined : { host: new URL(cloud.endpoint).host, path: cloud.beside },
    dial: (host, port, { timeoutMs } = {}) => dialUplink(cloud.uplink, host, port, timeoutMs),
    pollSeconds: 0.1,
    payloadBytes: 131_072,
    sizeAtOnce: true,
    defaultClient: 'native',
    // `cloud/services/ssm/instances.ts` and `start-session.ts` ask the same `isConnected`.
    onlineIsOpen: true,
    fabric: cloud.fabric,
    fabricNote: cloud.fabricNote ?? undefined,
    trouble: () => localTrouble(cloud.stateFolder),
    onSilence: options.onSilence,
    proxyCommand: `${options.dialCommand ?? 'ssmlab local dial'} %h %p`,
  };
}

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

async function awsTarget(options: TargetOptions): Promise<Target> {
  const environment = options.environment ?? process.env;
  if (environment['SSMLAB_ENV'] !== undefined) {
    throw new SsmlabError('usage', 'this shell points AWS\'s tools at the local cloud, and the target is AWS', { hint: 'run `eval "$(ssmlab local env --unset)"` first' });
  }
  const { chainCredentials, requireProfile } = await import('../aws/credentials.js');
  const profile = given(options.profile ?? environment['AWS_PROFILE']);
  if (profile !== undefined) await requireProfile(profile);
  const settings = await awsSettings(profile, environment);
  const named = [options.region, environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']].find((value) => value !== undefined && value !== '');
  const region = named ?? (await (await import('../aws/sts.js')).configuredRegion(profile));
  if (region === undefined) throw new SsmlabError('region-missing', `no region is configured${profile === undefined ? '' : ` for profile "${profile}"`}`);
  const dial: Target['dial'] = (host, port, { timeoutMs } = {}) => dialAsNamed(host, port, { timeoutMs, environment });
  const target: Target = {
    kind: 'aws',
    region,
    credentials: chainCredentials(options.profile, { region, ...settings, mfaCode: options.mfaCode, onSilence: options.onSilence, patienceMs: options.patienceMs }),
    ...settings,
    dial,
    pollSeconds: 3,
    payloadBytes: 1024,
    payloadsPerSecond: 1000,
    halfCloseMs: 5_000,
    defaultClient: 'plugin',
    fabric: 'aws',
    sessionIntervalMs: 350,
    ownCidr: async () => (await import('./own-address.js')).ownCidrByAws({ dial, way: settings.wayOut }),
    profile,
    // Calls none of AWS's own, and reads ALL_PROXY when ssh runs it: its password is in no file.
    proxyCommand: namesSocks(environment) ? `${options.dialCommand ?? 'ssmlab local dial'} --all-proxy %h %p` : undefined,
    onSilence: options.onSilence,
    patienceMs: options.patienceMs,
    // It loads a client that the command may do without.
    explain: async (error, where) => (error.code === 'credentials-wrong' ? (await import('../aws/region-status.js')).explainRegion(error, { ...target, region: where }) : error),
  };
  return target;
}

/**
 * The target. Locally `no-lab` when nothing was ever made here, `cloud-not-running` when the local cloud has ended but its
 * state is there. Making the target makes no call to it.
 */
export async function resolveTarget(options: TargetOptions): Promise<Target> {
  if (options.kind === 'aws') return awsTarget(options);
  if (options.profile !== undefined) throw new SsmlabError('usage', '--profile is for --target aws; the local cloud has keys of its own', { hint: 'leave --profile out, or add --target aws' });
  const cloud = options.start === true ? await startLocalCloud({ home: options.home, fabric: options.fabric }) : await findLocalCloud({ home: options.home });
  if (cloud !== undefined) return localTarget(cloud, options);
  if (hasLocalState({ home: options.home }) || recordedLabs(options.home, 'local').length > 0) {
    throw new SsmlabError('cloud-not-running', 'the local cloud does not run', { hint: 'run `ssmlab local start`: it brings the lab back as it was' });
  }
  throw new SsmlabError('no-lab', 'no lab is deployed here');
}
