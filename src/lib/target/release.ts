/** After the last lab: the local cloud has nothing to do any more and ends. */
import { recordedLabs, removeLocalFolders } from './lab-folder.js';
import { removeLocalCloud, stopLocalCloud } from './local/cloud.js';
import type { Target } from './target.js';

/** What became of the local cloud: it goes on for others, it stopped and keeps what was made by hand, or it is gone without a trace. */
export type Release = 'kept' | 'stopped' | 'removed' | 'none';

/** What is still in the region, by the APIs. */
export interface StillThere {
  readonly stacks: readonly string[];
  readonly vpcs: readonly string[];
}

/** Ends the local cloud when no lab is left; AWS is nobody's to end. */
export async function releaseTarget(target: Pick<Target, 'kind'>, home: string, stillThere: () => Promise<StillThere>): Promise<Release> {
  if (target.kind !== 'local') return 'none';
  if (recordedLabs(home, 'local').length > 0) return 'kept';
  const { stacks, vpcs } = await stillThere();
  if (stacks.length > 0) return 'kept';
  if (vpcs.length > 0) {
    await stopLocalCloud({ home });
    return 'stopped';
  }
  await removeLocalCloud({ home });
  await removeLocalFolders(home);
  return 'removed';
}
