/** The flags that commands share, in the groups in which help shows them. */
import { Flags } from '@oclif/core';
import { sshFrom } from './ssh-from.js';

/** What the command acts on. */
const targetFlags = {
  target: Flags.option({
    options: ['local', 'aws'] as const,
    default: 'local',
    env: 'SSMLAB_TARGET',
    description: 'where the lab is: the local cloud on this machine, or AWS',
    helpGroup: 'TARGET',
  })(),
  region: Flags.string({
    description: 'AWS region, or the name of one for the local cloud [default: ap-northeast-1 locally; the profile\'s on AWS]',
    helpValue: 'NAME',
    env: 'SSMLAB_REGION',
    helpGroup: 'TARGET',
  }),
  profile: Flags.string({ description: 'profile of ~/.aws/config, for --target aws', helpValue: 'NAME', helpGroup: 'TARGET' }),
} as const;

/** Which lab of the target. */
export const stackFlags = {
  ...targetFlags,
  stack: Flags.string({ description: 'name of the CloudFormation stack', helpValue: 'NAME', env: 'SSMLAB_STACK', default: 'ssmlab', helpGroup: 'TARGET' }),
} as const;

/** Which lab of the local cloud, for what AWS has no like of. */
export const localLabFlags = {
  region: Flags.string({ description: 'region of the local cloud [default: ap-northeast-1]', helpValue: 'NAME', env: 'SSMLAB_REGION', helpGroup: 'TARGET' }),
  stack: stackFlags.stack,
} as const;

/** The key for an instance that wants one. */
export const identityFlag = {
  identity: Flags.string({ char: 'i', description: 'private key file of the key pair, for a stack whose key ssmlab did not make', helpValue: 'FILE', helpGroup: 'SSH' }),
} as const;

/** Data plane of the local cloud, where a command may start it. */
export const fabricFlag = {
  fabric: Flags.option({
    options: ['auto', 'netns', 'computed'] as const,
    default: 'auto',
    description: 'data plane of the local cloud: real packets in network namespaces, or computed; auto: real where this machine can',
    env: 'SSMLAB_FABRIC',
    helpGroup: 'TARGET',
  })(),
} as const;

/** Whose permissions make the stack. */
export const serviceRoleFlag = {
  'role-arn': Flags.string({
    description: 'CloudFormation\'s service role, which then makes and removes the lab in your stead [default: your own permissions]',
    helpValue: 'ARN',
    helpGroup: 'LAB',
    parse: async (value) => {
      if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/u.test(value)) throw new Error(`"${value}" is not the ARN of a role, such as arn:aws:iam::123456789012:role/NAME`);
      return value;
    },
  }),
} as const;

/** For what asks before it acts. */
export const yesFlag = {
  yes: Flags.boolean({ char: 'y', description: 'ask nothing', helpGroup: 'CONVERSATION' }),
} as const;

/** A snapshot of what decides reachability, in a file: `snapshotFor` in `lib/inventory/snapshot/file.ts`. */
export const snapshotFlag = {
  snapshot: Flags.string({ description: 'file of a snapshot: one that is there is judged instead of the account, one that is not is written', helpValue: 'FILE', helpGroup: 'TARGET' }),
} as const;

/** How a session is opened. */
export const clientFlag = {
  client: Flags.option({
    options: ['auto', 'plugin', 'native'] as const,
    default: 'auto',
    description: 'client of Session Manager: AWS\'s session-manager-plugin, or the one built in',
    helpGroup: 'SESSION',
  })(),
} as const;

/** What `deploy` makes, and how. */
export const deployFlags = {
  template: Flags.file({ description: 'another CloudFormation template than the lab\'s', helpValue: 'FILE', exists: true, helpGroup: 'LAB' }),
  'brief': Flags.boolean({ description: 'do not say what can be done next', helpGroup: 'CONVERSATION' }),
  'dry-run': Flags.boolean({ description: 'look at the account, the price and the plan, and make nothing', helpGroup: 'LAB' }),
  'express': Flags.boolean({ description: 'CloudFormation\'s express mode: done when the configuration is applied; what is not ready yet is waited for here', helpGroup: 'LAB' }),
  'on-failure': Flags.option({ options: ['rollback', 'keep'] as const, default: 'rollback', description: 'what becomes of a stack that fails: taken back, or kept to be looked at', helpGroup: 'LAB' })(),
  'heal': Flags.boolean({ description: 'put back what was changed beside CloudFormation', helpGroup: 'LAB' }),
  'key-pair': Flags.string({ description: 'key pair of EC2 that is there already, in place of a new one; goes with --identity', helpValue: 'NAME', helpGroup: 'SSH' }),
  'ttl': Flags.string({ description: 'delete the lab by itself after this time, such as 2h, by EventBridge Scheduler', helpValue: 'TIME', helpGroup: 'LAB' }),
  'ssh-from': Flags.string({ description: 'who may open SSH to instance 1 [default on AWS: this machine\'s address]', helpValue: 'CIDR', helpGroup: 'LAB', parse: async (value) => sshFrom(value) }),
} as const;
