/** What stands against a shell on an instance, as EC2 and Systems Manager tell it before anything is tried. */
import { SsmlabError } from '../errors.js';
import type { AgentStatus, KnownInstance, ListedInstance } from './instance.js';

const OFF: ReadonlySet<string> = new Set(['stopping', 'stopped', 'shutting-down', 'terminated']);

/** True when the machine has no power or is losing it. `state`: EC2's name of it. */
export const isOff = (state: string | undefined): boolean => state !== undefined && OFF.has(state);

const AGENT = {
  'online': 'its agent is online',
  'connection-lost': 'the connection to its agent is lost',
  'inactive': 'its agent is inactive',
  'unknown': 'the status of its agent is not one that ssmlab knows',
} as const satisfies Record<Exclude<AgentStatus, null>, string>;

/** What Systems Manager says of the agent, as a clause. */
export const agentText = ({ agent }: Pick<ListedInstance, 'agent'>): string => (agent === null ? 'Systems Manager does not know it' : AGENT[agent]);

const stateText = (state: string): string => (state === 'shutting-down' ? 'shutting down' : state);

/** Why an instance is not as it is meant to be, as a clause with its name: not running, or meant to have an agent that is not online. Undefined: all is well. */
export function troubleOf(instance: Pick<ListedInstance, 'name' | 'state' | 'instanceProfile' | 'agent'>): string | undefined {
  if (instance.state !== 'running') return `${instance.name} is ${stateText(instance.state)}`;
  return instance.instanceProfile === null || instance.agent === 'online' ? undefined : `${instance.name} is not connected`;
}

/** An instance that a stack made: its logical id and its instance id. */
export interface MadeInstance {
  readonly logicalId: string;
  readonly physicalId: string | null;
}

/** {@link troubleOf} of each instance of a stack, and those that it made and that are there no more. */
export function troublesOf(instances: readonly Pick<ListedInstance, 'instanceId' | 'name' | 'state' | 'instanceProfile' | 'agent'>[], made: readonly MadeInstance[]): string[] {
  const gone = made.filter(({ physicalId }) => !instances.some(({ instanceId }) => instanceId === physicalId)).map(({ logicalId }) => `${logicalId} is gone`);
  return [...instances.flatMap((instance) => troubleOf(instance) ?? []), ...gone];
}

/** The next step where no way into an instance is open. */
export const explainHint = ({ number }: Pick<ListedInstance, 'number'>): string => `run \`ssmlab explain ${number}\` to see what is shut, and the one change that would open it`;

/** `not-connected` where the machine is off: nobody would answer, and how long that takes depends on the way. */
export function requirePower({ name, instanceId, state }: Pick<KnownInstance, 'name' | 'instanceId' | 'state'>): void {
  if (!isOff(state)) return;
  const gone = state === 'shutting-down' || state === 'terminated';
  const hint = gone
    ? 'it does not come back: `ssmlab destroy` and `ssmlab deploy` make a new lab'
    : `start it with \`aws ec2 start-instances --instance-ids ${instanceId}\` (in the local cloud after \`eval "$(ssmlab local env)"\`)`;
  throw new SsmlabError('not-connected', `${name} (${instanceId}) is ${stateText(state)}`, { hint });
}
