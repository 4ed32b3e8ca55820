/** Flags → where the lab is: the target, the folder of the lab, the name of its stack. */
import { resolve } from 'node:path';
import { SsmlabError } from '../lib/errors.js';
import { checkRegionName, checkStackName, type LabFolder, labFolder, recordedLabs } from '../lib/target/lab-folder.js';
import { readKeyRecord } from '../lib/target/key-record.js';
import { hasLocalState, type StartOptions } from '../lib/target/local/cloud.js';
import { stateHome } from '../lib/target/local/home.js';
import { resolveTarget } from '../lib/target/resolve.js';
import type { Target } from '../lib/target/target.js';
import { askMfaCode } from './prompts.js';
import { selfCommand } from './self.js';
import { heedSessions } from './session-left.js';
import { saySilence } from './silence.js';
import { canAsk } from './terminal.js';

/** The flags of `stackFlags`, parsed. */
export interface LabFlags {
  readonly target: 'local' | 'aws';
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly stack: string;
  /** `fabricFlag`, where the command has it. */
  readonly fabric?: StartOptions['fabric'];
  /** `identityFlag`, where the command has it. */
  readonly identity?: string | undefined;
}

export interface LabContext {
  readonly home: string;
  readonly target: Target;
  readonly stack: string;
  readonly lab: LabFolder;
}

/** Starting the local cloud: never, always, or when there is a state that it would bring back. */
export type Start = 'never' | 'always' | 'when-there-is-state';

/** The context of a command. Errors as `resolveTarget` has them. */
export async function labContext(flags: LabFlags, start: Start = 'never'): Promise<LabContext> {
  checkStackName(flags.stack);
  if (flags.region !== undefined) checkRegionName(flags.region);
  // What the environment says is said of every local cloud, and no mistake here.
  if (flags.target === 'aws' && flags.fabric !== undefined && flags.fabric !== 'auto' && flags.fabric !== process.env['SSMLAB_FABRIC']) {
    throw new SsmlabError('usage', `--fabric ${flags.fabric} is of the local cloud, and the target is AWS`, { hint: 'leave out --fabric, or --target aws' });
  }
  const home = stateHome();
  const resolved = await resolveTarget({
    kind: flags.target,
    region: flags.region,
    profile: flags.profile,
    home,
    start: start === 'always' || (start === 'when-there-is-state' && (hasLocalState({ home }) || recordedLabs(home, 'local').length > 0)),
    fabric: flags.fabric,
    dialCommand: `${selfCommand()} local dial`,
    mfaCode: canAsk() ? askMfaCode : undefined,
    onSilence: saySilence,
  });
  const lab = labFolder(home, resolved, flags.stack);
  // What an earlier command left is ended beside whatever this one does.
  const { target } = heedSessions(resolved, lab, (line) => void process.stderr.write(`${line}\n`));
  const keyFile = flags.identity === undefined ? readKeyRecord(lab)?.keyFile : resolve(flags.identity);
  return { home, target, stack: flags.stack, lab: keyFile === undefined ? lab : { ...lab, keyFile } };
}
