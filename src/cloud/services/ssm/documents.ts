/** The session documents that the region offers, and the reading of their parameters (`protocol.md` §1.5, §8.3). */
import { PatternTooSlow, testForeignPattern } from '../../endpoint/foreign-pattern.js';
import { AwsError } from '../../endpoint/operation.js';
import { PORT_DOCUMENTS } from './port-documents.js';

export interface DocumentParameter {
  readonly type: 'String' | 'StringList';
  readonly description: string;
  readonly default?: string;
  /** Has to match the whole value. */
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
}

export interface SessionDocument {
  readonly schemaVersion: '1.0';
  readonly description: string;
  readonly sessionType: 'Standard_Stream' | 'InteractiveCommands' | 'NonInteractiveCommands' | 'Port';
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, DocumentParameter>>;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface DocumentEntry {
  readonly name: string;
  readonly owner: 'Amazon' | 'account';
  readonly platformTypes: readonly string[];
  readonly document: SessionDocument;
}

/** The document of a session for which none was named. */
export const DEFAULT_DOCUMENT = 'SSM-SessionManagerRunShell';

/** Where nothing is logged, encrypted or run as another user: what a fresh account's preferences say. */
export const PLAIN_INPUTS = {
  s3BucketName: '',
  s3KeyPrefix: '',
  s3EncryptionEnabled: true,
  cloudWatchLogGroupName: '',
  cloudWatchEncryptionEnabled: true,
  cloudWatchStreamingEnabled: false,
  kmsKeyId: '',
  runAsEnabled: false,
  runAsDefaultUser: '',
  idleSessionTimeout: '20',
  maxSessionDuration: '',
  shellProfile: { windows: '', linux: '' },
};

const SEPARATOR_PREFIX = '^[0-9a-zA-Z\\r\\n_:-]{0,30}$';
const COMMAND: DocumentParameter = { type: 'String', description: '(Required) The command line to run on the instance' };
const PLATFORMS = ['Windows', 'Linux', 'MacOS'];

function everywhere(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { linux: properties, macos: properties, windows: properties };
}

/** All of them, by name. */
export const DOCUMENTS: readonly DocumentEntry[] = ([
  ...PORT_DOCUMENTS,
  {
    name: 'AWS-StartInteractiveCommand',
    owner: 'Amazon',
    platformTypes: PLATFORMS,
    document: {
      schemaVersion: '1.0',
      description: 'Runs one interactive command on an instance, in a terminal',
      sessionType: 'InteractiveCommands',
      parameters: { command: COMMAND },
      properties: everywhere({ commands: '{{ command }}', runAsElevated: false }),
    },
  },
  {
    name: 'AWS-StartNonInteractiveCommand',
    owner: 'Amazon',
    platformTypes: PLATFORMS,
    document: {
      schemaVersion: '1.0',
      description: 'Runs one command on an instance without a terminal',
      sessionType: 'NonInteractiveCommands',
      parameters: {
        command: COMMAND,
        separateOutputStream: {
          type: 'String',
          description: '(Optional) Whether standard error and the exit code come apart from standard output',
          default: 'false',
          allowedValues: ['true', 'false'],
        },
        stdOutSeparatorPrefix: { type: 'String', description: '(Optional) Put before standard output', default: '', allowedPattern: SEPARATOR_PREFIX },
        stdErrSeparatorPrefix: { type: 'String', description: '(Optional) Put before standard error', default: '', allowedPattern: SEPARATOR_PREFIX },
      },
      properties: everywhere({
        commands: '{{ command }}',
        runAsElevated: false,
        separateOutputStream: '{{ separateOutputStream }}',
        stdOutSeparatorPrefix: '{{ stdOutSeparatorPrefix }}',
        stdErrSeparatorPrefix: '{{ stdErrSeparatorPrefix }}',
      }),
    },
  },
  {
    name: DEFAULT_DOCUMENT,
    owner: 'account',
    platformTypes: PLATFORMS,
    document: {
      schemaVersion: '1.0',
      description: 'Regional preferences of Session Manager',
      sessionType: 'Standard_Stream',
      inputs: PLAIN_INPUTS,
    },
  },
] satisfies DocumentEntry[]).toSorted((a, b) => (a.name < b.name ? -1 : 1));

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameters', message);
}

function checkValue(name: string, value: string, parameter: DocumentParameter): void {
  if (parameter.allowedValues !== undefined && !parameter.allowedValues.includes(value)) {
    throw invalid(`Parameter "${name}" with value "${value}" must be one of [${parameter.allowedValues.join(', ')}].`);
  }
  if (parameter.allowedPattern !== undefined && !matches(name, value, parameter.allowedPattern)) {
    throw invalid(`Parameter "${name}" with value "${value}" does not match the pattern ${parameter.allowedPattern}.`);
  }
}

function matches(name: string, value: string, pattern: string): boolean {
  try {
    return testForeignPattern(new RegExp(pattern), value);
  } catch (error) {
    throw error instanceof PatternTooSlow ? invalid(`The pattern ${pattern} of parameter "${name}" takes too long on this value.`) : error;
  }
}

/** Checks what StartSession was given against the document; throws InvalidParameters. */
export function checkParameters(document: Pick<SessionDocument, 'parameters'>, given: Readonly<Record<string, readonly string[]>>): void {
  const declared = document.parameters ?? {};
  for (const [name, values] of Object.entries(given)) {
    const parameter = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (parameter === undefined) throw invalid(`Parameter "${name}" is not declared in the document.`);
    if (parameter.type === 'String' && values.length !== 1) throw invalid(`Parameter "${name}" takes exactly one value.`);
    for (const value of values) checkValue(name, value, parameter);
  }
  for (const [name, parameter] of Object.entries(declared)) {
    if (parameter.default === undefined && !Object.hasOwn(given, name)) throw invalid(`Parameter "${name}" is required.`);
  }
}
