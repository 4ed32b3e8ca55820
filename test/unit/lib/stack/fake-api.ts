/** A CloudFormation that a test scripts: the statuses of a stack as it is polled, and what was called. */
import type { StackApi } from '../../../../src/lib/stack/api.js';

type Stack = NonNullable<Awaited<ReturnType<StackApi['findStack']>>>;
type Event = Awaited<ReturnType<StackApi['stackEvents']>>[number];

export const STACK_ID = 'arn:aws:cloudformation:ap-northeast-1:123456789012:stack/ssmlab/1';
export const LAB_TAGS = [{ Key: 'ssmlab', Value: 'true' }];

export function stackIn(status: string, tags = LAB_TAGS): Stack {
  return { StackName: 'ssmlab', StackId: STACK_ID, StackStatus: status as never, Tags: tags, CreationTime: new Date(0) };
}

/** The digest of a key that is made anew each time. */
const masked = (text: string): string => text.replace(/-key-[0-9a-f]{8}$/u, '-key-#');

let nextId = 0;
export function event(logicalId: string, status: string, reason?: string): Event {
  const isStack = logicalId === 'ssmlab';
  return {
    EventId: `e${nextId++}`, StackId: STACK_ID, StackName: 'ssmlab', LogicalResourceId: logicalId, PhysicalResourceId: isStack ? STACK_ID : `${logicalId}-id`,
    ResourceType: isStack ? 'AWS::CloudFormation::Stack' : 'AWS::EC2::VPC', ResourceStatus: status as never, ResourceStatusReason: reason, Timestamp: new Date(0),
  };
}

export interface Script {
  /** What findStack gives, call by call; the last one for ever. */
  readonly stacks: (Stack | undefined)[];
  /** What has happened, by the call of findStack before: index → events so far in the order of time. */
  readonly events?: Event[][];
  /** What createStack gives. */
  readonly created?: (string | undefined)[];
  /** Looks at instances that do not see the second yet, which the stack has made. */
  readonly unlisted?: number;
  /** Rounds until the agents are online. */
  readonly agentRounds?: number;
  /** What its change sets contain; nothing when absent, and null when they are gone. */
  readonly changes?: Awaited<ReturnType<StackApi['describeChangeSet']>> | null;
  /** What ExecuteChangeSet throws. */
  readonly executed?: Error;
  /** ARNs of the change sets of the stack. */
  readonly changeSets?: readonly string[];
  /** One that is there before. */
  readonly keyPair?: { readonly name: string; readonly publicKey?: string; readonly foreign?: boolean };
}

/** The fake, and the calls that changed something. */
export function fakeApi(script: Script): { api: StackApi; calls: string[] } {
  const calls: string[] = [];
  let looked = -1;
  let rounds = 0;
  let listed = 0;
  const keys = new Map(script.keyPair === undefined ? [] : [[script.keyPair.name, script.keyPair] as const]);
  const shown = (name: string): NonNullable<Awaited<ReturnType<StackApi['findKeyPair']>>>[] => {
    const pair = keys.get(name);
    return pair === undefined ? [] : [{ KeyName: name, ...(pair.publicKey === undefined ? {} : { PublicKey: pair.publicKey }), Tags: pair.foreign === true ? [] : LAB_TAGS }];
  };
  const created = [...(script.created ?? [STACK_ID])];
  const api: StackApi = {
    findStack: async () => {
      looked = Math.min(looked + 1, script.stacks.length - 1);
      return script.stacks[looked];
    },
    createStack: async (stack) => {
      calls.push(`create ${stack.name} ${Object.entries(stack.parameters).map(([name, value]) => `${name}=${masked(value)}`).join(' ')}`);
      return created.shift();
    },
    strangersIn: async () => [],
    deleteStack: async () => void calls.push('delete'),
    stackEvents: async (_, until) => {
      const so = script.events?.[Math.min(looked, (script.events.length || 1) - 1)] ?? [];
      const from = until === undefined ? 0 : so.findIndex((each) => each.EventId === until) + 1;
      return so.slice(from).toReversed();
    },
    stackResources: async () => [['VPC1', 'AWS::EC2::VPC', 'vpc-1'], ...(script.unlisted === undefined ? [] : [['Instance2', 'AWS::EC2::Instance', 'i-2'], ['Instance9', 'AWS::EC2::Instance', undefined]])].map(([LogicalResourceId, ResourceType, PhysicalResourceId]) => ({ LogicalResourceId, ResourceType, ResourceStatus: 'CREATE_COMPLETE', PhysicalResourceId, LastUpdatedTimestamp: new Date(0) })),
    createChangeSet: async ({ type, name, parameters, kept, revertDrift }) => {
      const given = [...Object.entries(parameters).map(([key, value]) => `${key}=${masked(value)}`), ...(kept ?? []).map((key) => `${key} kept`), ...(revertDrift === true ? ['drift'] : [])];
      calls.push(`plan ${type} ${name} ${given.join(' ')}`.trimEnd());
      return { changeSetId: 'arn:change-set', stackId: STACK_ID };
    },
    describeChangeSet: async () => {
      if (script.changes === null) return undefined;
      return script.changes ?? { status: 'FAILED', reason: 'The submitted information didn\'t contain changes.', execution: 'UNAVAILABLE', changes: [] };
    },
    executeChangeSet: async () => {
      calls.push('execute');
      if (script.executed !== undefined) throw script.executed;
    },
    deleteChangeSet: async () => void calls.push('discard'),
    listChangeSets: async () => [...(script.changeSets ?? [])],
    templateParameters: async () => ['KeyName'],
    findKeyPair: async (name) => shown(name)[0],
    keyPairsLike: async (patterns) => [...keys.keys()].filter((name) => patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))).flatMap(shown),
    importKeyPair: async (name, publicKey) => {
      if (keys.has(name)) return false;
      keys.set(name, { name, publicKey });
      calls.push(`import ${masked(name)}`);
      return true;
    },
    deleteKeyPair: async (name) => {
      keys.delete(name);
      calls.push(`delete key ${masked(name)}`);
    },
    describeInstances: async () => [
      { InstanceId: 'i-1', Tags: [{ Key: 'Name', Value: 'Instance1' }] },
      ...(++listed > (script.unlisted ?? 0) ? [{ InstanceId: 'i-2', Tags: [{ Key: 'Name', Value: 'Instance2' }], IamInstanceProfile: { Arn: 'x' } }] : []),
    ],
    describeAddresses: async () => [],
    natGateways: async () => [],
    vpcEndpoints: async () => [],
    volumesOf: async () => ['vol-1'],
    volumesThere: async () => [],
    describeVpcIds: async () => [],
    managedNodes: async () => [],
    sessionLogs: async () => ({ logGroup: undefined, bucket: undefined }),
    logGroups: async () => [],
    logGroupTags: async () => ({}),
    describeAgents: async () => (++rounds > (script.agentRounds ?? 0) ? [{ InstanceId: 'i-2', PingStatus: 'Online' }] : []),
  };
  return { api, calls };
}
