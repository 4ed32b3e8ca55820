/** Reads what an `agent_job` asks for: the document of the command with its parameters put in (`agent-service.md` §5). */
import type { JsonObject } from '../../../lib/protocol/json-payload.js';

/** One `aws:runShellScript`. */
export interface ScriptStep {
  /** Under this name its result is reported: the plugin's (schema 1.2), or the step's (2.x). */
  readonly name: string;
  readonly script: string;
  /** Empty for the agent's own. */
  readonly workingDirectory: string;
  readonly timeoutSeconds: number;
}

export interface CommandOrder {
  readonly commandId: string;
  readonly steps: readonly ScriptStep[];
}

/** A document that the agent cannot run. */
export class CommandDocumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandDocumentError';
  }
}

const PLUGIN = 'aws:runShellScript';
const DEFAULT_TIMEOUT_SECONDS = 3600;
const WHOLE = /^\{\{\s*([A-Za-z0-9_.]+)\s*\}\}$/;
const PART = /\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g;

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value of a parameter, else its default. */
type Lookup = (name: string) => unknown;

/** A text that is one parameter and nothing else becomes its value, which may be a list; within a text only texts are put in. */
function filled(value: unknown, lookup: Lookup): unknown {
  if (Array.isArray(value)) return value.flatMap((item) => filled(item, lookup));
  if (typeof value !== 'string') return value;
  const whole = WHOLE.exec(value)?.[1];
  if (whole !== undefined) return lookup(whole) ?? value;
  return value.replaceAll(PART, (reference, name: string) => {
    const found = lookup(name);
    return typeof found === 'string' ? found : reference;
  });
}

function lines(value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.some((item) => typeof item !== 'string')) throw new CommandDocumentError('runCommand is not a list of lines');
  return items.join('\n');
}

function stepOf(name: string, inputs: JsonObject, lookup: Lookup): ScriptStep {
  const workingDirectory = filled(inputs['workingDirectory'] ?? '', lookup);
  const timeout = Number(filled(inputs['timeoutSeconds'] ?? DEFAULT_TIMEOUT_SECONDS, lookup));
  return {
    name,
    script: lines(filled(inputs['runCommand'], lookup)),
    workingDirectory: typeof workingDirectory === 'string' ? workingDirectory : '',
    timeoutSeconds: Number.isFinite(timeout) && timeout > 0 ? timeout : DEFAULT_TIMEOUT_SECONDS,
  };
}

function checkPlugin(plugin: unknown): void {
  if (plugin !== PLUGIN) throw new CommandDocumentError(`the agent has no plugin ${String(plugin)}, only ${PLUGIN}`);
}

/** Throws {@link CommandDocumentError}. */
export function readCommand(content: JsonObject): CommandOrder {
  const document = object(content['DocumentContent']);
  const given = object(content['Parameters']);
  const declared = object(document['parameters']);
  const lookup: Lookup = (name) => (Object.hasOwn(given, name) ? given[name] : object(Object.hasOwn(declared, name) ? declared[name] : undefined)['default']);
  const commandId = typeof content['CommandId'] === 'string' ? content['CommandId'] : '';
  const version = String(document['schemaVersion']);
  if (version.startsWith('2.')) {
    const steps: readonly unknown[] = Array.isArray(document['mainSteps']) ? document['mainSteps'] : [];
    return {
      commandId,
      steps: steps.map((step) => {
        const { action, name, inputs } = object(step);
        checkPlugin(action);
        return stepOf(String(name), object(inputs), lookup);
      }),
    };
  }
  if (version !== '1.2') throw new CommandDocumentError(`documents of schema ${version} are not supported`);
  return {
    commandId,
    steps: Object.entries(object(document['runtimeConfig'])).flatMap(([plugin, config]) => {
      checkPlugin(plugin);
      const properties: unknown = object(config)['properties'];
      return (Array.isArray(properties) ? (properties as readonly unknown[]) : [properties]).map((one) => stepOf(plugin, object(one), lookup));
    }),
  };
}
