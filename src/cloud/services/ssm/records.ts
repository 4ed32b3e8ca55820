/** What the ssm service remembers of a region: parameters, managed instances, sessions. */
import { table } from '../../state/store.js';

export interface ParameterRecord {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  /** SecureString: sealed (`secure-string.ts`). */
  readonly value: string;
  readonly version: number;
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  readonly keyId?: string | undefined;
  readonly tier: 'Standard' | 'Advanced';
  readonly dataType: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly lastModifiedUser: string;
  /** Names of this version. */
  readonly labels?: readonly string[] | undefined;
  /** Tags are the parameter's, not the version's: only the latest version has them. */
  readonly tags?: readonly SsmTag[] | undefined;
}

export interface SsmTag {
  readonly Key: string;
  readonly Value: string;
}

export interface InstanceInformationRecord {
  readonly instanceId: string;
  readonly agentName: string;
  readonly agentVersion: string;
  readonly platformType: 'Linux' | 'Windows' | 'MacOS';
  readonly platformName?: string | undefined;
  readonly platformVersion?: string | undefined;
  readonly computerName?: string | undefined;
  readonly ipAddress?: string | undefined;
  /** Milliseconds since the epoch of the first and the last UpdateInstanceInformation. */
  readonly registered: number;
  readonly lastPing: number;
}

/** One that has been set. */
export interface ServiceSettingRecord {
  readonly id: string;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** ARN. */
  readonly modifiedBy: string;
}

export interface SessionRecord {
  readonly sessionId: string;
  readonly target: string;
  readonly documentName: string;
  readonly owner: string;
  /** `aws:userid` of the owner; absent on records of before. */
  readonly ownerId?: string | undefined;
  readonly reason?: string | undefined;
  readonly started: number;
  readonly maxDurationMs?: number | undefined;
  /** Set when it is known to have ended. */
  readonly ended?: number | undefined;
}

/** Latest versions, by name. */
export const PARAMETERS = table<ParameterRecord>('ssm/parameter');
export const SERVICE_SETTINGS = table<ServiceSettingRecord>('ssm/service-setting');
/** Earlier versions, by {@link pastVersionId}. */
export const PAST_PARAMETERS = table<ParameterRecord>('ssm/parameter-version');
export const INSTANCES = table<InstanceInformationRecord>('ssm/instance-information');
export const SESSIONS = table<SessionRecord>('ssm/session');

/** Id of an earlier version; a name has no colon. */
export function pastVersionId(name: string, version: number): string {
  return `${name}:${version}`;
}
