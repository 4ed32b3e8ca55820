/** After the last lab: the local cloud has nothing to do any more and ends. */
import { recordedLabs, removeLocalFolders } from './lab-folder.js';
import { findLocalCloud, removeLocalCloud, stopLocalCloud } from './local/cloud.js';
import type { Holding } from './local/lock.js';
import type { Target } from './target.js';

/**
 * What became of the local cloud: it goes on for other stacks, it stopped and keeps what was made beside the lab, or it is gone
 * without a trace. `holdings`: what there is, in every region.
 */
export interface Release {
  readonly outcome: 'kept' | 'stopped' | 'removed' | 'none';
  readonly holdings: readonly Holding[];
}

/** Ends the local cloud when no lab is left in any region; AWS is nobody's to end. */
export async function releaseTarget(target: Pick<Target, 'kind'>, home: string): Promise<Release> {
  if (target.kind !== 'local') return { outcome: 'none', holdings: [] };
  const holdings = (await findLocalCloud({ home }))?.holdings ?? [];
  if (recordedLabs(home, 'local').length > 0 || holdings.some(({ kind }) => kind === 'stacks')) return { outcome: 'kept', holdings };
  if (holdings.length > 0) {
    await stopLocalCloud({ home });
    return { outcome: 'stopped', holdings };
  }
  await removeLocalCloud({ home });
  await removeLocalFolders(home);
  return { outcome: 'removed', holdings };
}
