/** A pending change set, as what it does to each resource; of nested stacks too. */
import type { DescribedChangeSet } from '../aws/change-sets.js';
import { SsmlabError } from '../errors.js';
import type { ResourceChange, Values } from '../inventory/overlay/resource-change.js';

export interface PendingChanges {
  readonly name: string;
  readonly changes: readonly ResourceChange[];
}

/** Reads one page after the other; a test passes its own. Undefined when there is none of that name. */
export type ReadChangeSet = (changeSet: string) => Promise<DescribedChangeSet | undefined>;

type ApiChange = DescribedChangeSet['changes'][number];

const ACTIONS = ['Add', 'Modify', 'Remove', 'Import'] as const;

const DRIFT = ['IN_SYNC', 'MODIFIED', 'DELETED', 'UNKNOWN'] as const;

const NOTHING = /didn't contain changes|no updates are to be performed/iu;

/** Errors: `no-change-set` when it is not there, not ready or has failed. One that has failed for want of changes has none. */
export async function pendingChanges(read: ReadChangeSet, stack: string, name: string): Promise<PendingChanges> {
  const found = await read(name);
  if (found === undefined) throw new SsmlabError('no-change-set', `the stack "${stack}" has no change set "${name}"`);
  const { status, reason, execution } = found;
  if (status === 'FAILED' && NOTHING.test(reason)) return { name, changes: [] };
  if (status === 'FAILED') throw new SsmlabError('no-change-set', `the change set "${name}" has failed${reason === '' ? '' : `: ${reason}`}`, { hint: 'create it anew' });
  if (status !== 'CREATE_COMPLETE') throw new SsmlabError('no-change-set', `the change set "${name}" is ${status === '' ? 'of unknown status' : status}, and not ready`, { hint: 'run it again in a moment' });
  if (execution !== 'AVAILABLE') throw new SsmlabError('no-change-set', `the change set "${name}" cannot be executed any more: ${execution === '' ? 'its status of execution is not told' : execution}`, { hint: `compare two snapshots instead: \`ssmlab diff before.json now\`` });
  return { name, changes: await changesOf(found, read) };
}

/** In the order in which the service lists them, those of a nested stack in place of it. */
async function changesOf({ changes }: DescribedChangeSet, read: ReadChangeSet): Promise<ResourceChange[]> {
  const all = await Promise.all(changes.map(async (change) => {
    const own = resourceChange(change);
    const { ChangeSetId, ResourceType, Action } = change.ResourceChange ?? {};
    if (ResourceType !== 'AWS::CloudFormation::Stack' || Action === 'Remove' || ChangeSetId === undefined) return [own];
    const nested = await read(ChangeSetId);
    return nested === undefined ? [own] : changesOf(nested, read);
  }));
  return all.flat();
}

function resourceChange({ ResourceChange: change = {} }: ApiChange): ResourceChange {
  const { PolicyAction = '' } = change;
  return {
    logicalId: change.LogicalResourceId ?? '',
    physicalId: change.PhysicalResourceId === '' ? undefined : change.PhysicalResourceId,
    type: change.ResourceType ?? '',
    action: ACTIONS.find((action) => action === change.Action) ?? 'Dynamic',
    replacement: change.Replacement,
    retained: PolicyAction === 'Retain',
    properties: (change.Scope ?? []).includes('Properties'),
    drift: DRIFT.find((drift) => drift === change.ResourceDriftStatus),
    before: valuesOf(change.BeforeContext),
    after: valuesOf(change.AfterContext),
  };
}

/** `{"Properties":{…}}`, JSON. */
function valuesOf(context: string | undefined): Values | undefined {
  if (context === undefined || context === '') return undefined;
  try {
    const { Properties } = JSON.parse(context) as { readonly Properties?: unknown };
    return typeof Properties === 'object' && Properties !== null ? (Properties as Values) : {};
  } catch {
    return undefined;
  }
}
