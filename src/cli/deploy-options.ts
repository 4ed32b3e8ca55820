/** The flags of `deploy` as the library takes them. */
import { resolve } from 'node:path';
import { SsmlabError } from '../lib/errors.js';
import type { Asking } from '../lib/stack/ask-no-more.js';
import type { DeployOptions } from '../lib/stack/deploy.js';
import type { ExistingKeyPair } from '../lib/stack/existing-key-pair.js';
import { pauseUntil } from '../lib/stack/pause.js';
import { readKeyRecord, writeKeyRecord } from '../lib/target/key-record.js';
import { makeLabFolder, removeLabFolder } from '../lib/target/lab-folder.js';
import type { Target } from '../lib/target/target.js';
import { expiryOf } from './deploy-review.js';
import type { LabContext } from './lab-context.js';

export interface DeployFlags {
  readonly 'key-pair'?: string | undefined;
  readonly identity?: string | undefined;
  readonly 'role-arn'?: string | undefined;
  readonly 'on-failure': 'rollback' | 'keep';
  readonly heal: boolean;
  readonly express: boolean;
}

/** The two go together: `usage` for one alone. */
export function keyPairOf({ 'key-pair': keyName, identity }: Pick<DeployFlags, 'key-pair' | 'identity'>): ExistingKeyPair | undefined {
  if (keyName === undefined && identity === undefined) return undefined;
  if (keyName === undefined) throw new SsmlabError('usage', '--identity is the file of a key pair that is there, and none is named', { hint: 'add --key-pair NAME; without both a new pair is made' });
  if (identity === undefined) throw new SsmlabError('usage', `--key-pair ${keyName} needs its private half`, { hint: 'add --identity FILE; the public half will do where ssh-agent holds the private one' });
  return { keyName, keyFile: resolve(identity) };
}

/** What is settled before: whose key pair, who may open SSH, when it ends. */
export interface Settled extends Pick<DeployOptions, 'template' | 'review' | 'placement'> {
  readonly keyPair: ExistingKeyPair | undefined;
  readonly sshSourceCidr: DeployOptions['sshSourceCidr'];
  readonly expiresAt: Date | undefined;
}

/** The pair to use: the one that is asked for, else the one that the lab had when it was begun. */
export function chosenKeyPair({ lab }: Pick<LabContext, 'lab'>, flags: Pick<DeployFlags, 'key-pair' | 'identity'>): ExistingKeyPair | undefined {
  const asked = keyPairOf(flags);
  const record = asked === undefined ? readKeyRecord(lab) : undefined;
  return record === undefined ? asked : { ...record, recalled: true };
}

/** Who may open SSH: who is named, else this machine, asked for once and only when it is wanted. Undefined where the template's own default stands. */
export function sshSource({ ownCidr }: Target, template: string | undefined, named: string | undefined): DeployOptions['sshSourceCidr'] {
  if (named !== undefined) return async () => named;
  // A template that does not ask who may open SSH needs nobody to know.
  if (ownCidr === undefined || template?.includes('SSHSourceCidr') === false) return undefined;
  let asked: Promise<string> | undefined;
  return () => (asked ??= ownCidr());
}

export function deployOptions(context: LabContext, flags: DeployFlags, { sshSourceCidr, expiresAt, ...settled }: Settled, { signal, asks }: Required<Asking>): DeployOptions {
  const { target, stack, lab, home } = context;
  const pause = pauseUntil(signal);
  return {
    ...settled,
    signal,
    asks,
    stack,
    keyFile: lab.keyFile,
    makeFolder: () => makeLabFolder(home, lab),
    dropFolder: () => removeLabFolder(home, lab),
    remember: async ({ keyName, keyFile }) => {
      await makeLabFolder(home, lab);
      await writeKeyRecord(lab, { keyName, keyFile });
    },
    roleArn: flags['role-arn'],
    sshSourceCidr,
    expiry: expiresAt === undefined ? undefined : expiryOf(context, expiresAt),
    heal: flags.heal,
    express: flags.express,
    keepFailed: flags['on-failure'] === 'keep',
    pollSeconds: target.pollSeconds,
    pause,
    agentSeconds: Math.max(30, target.pollSeconds * 100),
  };
}
