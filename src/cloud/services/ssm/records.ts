/** What the ssm service remembers of a region: parameters, managed instances, sessions. */
import { table } from '../../state/store.js';

export interface ParameterRecord {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
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

export interface SessionRecord {
  readonly sessionId: string;
  readonly target: string;
  readonly documentName: string;
  readonly owner: string;
  readonly reason?: string | undefined;
  readonly started: number;
  /** Set when it is known to have ended. */
  readonly ended?: number | undefined;
}

export const PARAMETERS = table<ParameterRecord>('ssm/parameter');
export const INSTANCES = table<InstanceInformationRecord>('ssm/instance-information');
export const SESSIONS = table<SessionRecord>('ssm/session');
