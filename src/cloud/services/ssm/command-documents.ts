/** The command documents that the region offers: what Run Command sends (`agent-service.md` §5). */
import type { DocumentParameter } from './documents.js';

/** Plugins by name (schema 1.2), or steps that name theirs (2.0, 2.2). */
export interface CommandDocument {
  readonly schemaVersion: '1.2' | '2.0' | '2.2';
  readonly description: string;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
  readonly runtimeConfig?: Readonly<Record<string, unknown>>;
  readonly mainSteps?: readonly { readonly name: string }[];
}

/** Under these names an agent reports its results. */
export function stepNames({ runtimeConfig, mainSteps }: CommandDocument): string[] {
  return mainSteps === undefined ? Object.keys(runtimeConfig ?? {}) : mainSteps.map(({ name }) => name);
}

export interface CommandDocumentEntry {
  readonly name: string;
  readonly owner: 'Amazon';
  readonly platformTypes: readonly string[];
  readonly document: CommandDocument;
}

/** Seconds, up to two days. */
const TIMEOUT_PATTERN = '^(([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800))$';

export const COMMAND_DOCUMENTS: readonly CommandDocumentEntry[] = [
  {
    name: 'AWS-RunShellScript',
    owner: 'Amazon',
    platformTypes: ['Linux', 'MacOS'],
    document: {
      schemaVersion: '1.2',
      description: 'Runs the lines of a shell script, one after the other, as root',
      parameters: {
        commands: { type: 'StringList', description: '(Required) The lines of the script' },
        workingDirectory: { type: 'String', description: '(Optional) Directory that the script runs in', default: '' },
        executionTimeout: { type: 'String', description: '(Optional) Seconds after which it is ended', default: '3600', allowedPattern: TIMEOUT_PATTERN },
      },
      runtimeConfig: {
        'aws:runShellScript': {
          properties: [{ id: '0.aws:runShellScript', runCommand: '{{ commands }}', workingDirectory: '{{ workingDirectory }}', timeoutSeconds: '{{ executionTimeout }}' }],
        },
      },
    },
  },
];
