/** Block Public Access and its exclusions (I10, I11) laid over a snapshot: AWS::EC2::VPCBlockPublicAccessOptions and …Exclusion. Pure. */
import type { BlockPublicAccess, BlockPublicAccessExclusion } from '../../vpc/model.js';
import { between, inNetwork, known, type Outlook, withDoubt } from './outlook.js';
import { LATER, laterText, type ResourceChange, textOf } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

const OFF: BlockPublicAccess = { mode: 'off', exclusions: [] };

/** Where it could not be read it stays so. */
function withAccess(snapshot: Snapshot, change: (access: BlockPublicAccess) => BlockPublicAccess): Snapshot {
  if (snapshot.unread.some(({ part }) => part === 'blockPublicAccess')) return snapshot;
  return inNetwork(snapshot, ({ blockPublicAccess = OFF }) => ({ blockPublicAccess: change(blockPublicAccess) }));
}

const withMode = (mode: BlockPublicAccess['mode']) => (snapshot: Snapshot): Snapshot => withAccess(snapshot, (access) => ({ ...access, mode }));

/** The account's mode; without the resource it is off. */
export function layBlockPublicAccess(outlook: Outlook, change: ResourceChange): Outlook {
  if (change.action === 'Remove') return known(outlook, withMode('off'));
  const mode = textOf(change.after, 'InternetGatewayBlockMode');
  if (mode === LATER) return withDoubt(between(outlook, withMode('block-bidirectional'), withMode('off')), `mode of ${change.logicalId}`, laterText(change, 'InternetGatewayBlockMode'));
  return known(outlook, withMode(mode === 'block-bidirectional' || mode === 'block-ingress' ? mode : 'off'));
}

export function layBlockPublicAccessExclusion(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, logicalId, after } = change;
  const without = (snapshot: Snapshot): Snapshot => withAccess(snapshot, (access) => ({ ...access, exclusions: access.exclusions.filter(({ exclusionId }) => exclusionId !== physicalId) }));
  const gone = physicalId === undefined ? outlook : known(outlook, without);
  if (action === 'Remove') return gone;
  const [resourceId, mode] = [textOf(after, 'VpcId') ?? textOf(after, 'SubnetId'), textOf(after, 'InternetGatewayExclusionMode')] as const;
  // What is made only by the change has no ways yet.
  if (resourceId === LATER || resourceId === undefined) return withDoubt(gone, null, `${logicalId}: what it excludes is known only after the change`);
  const add = (allowed: BlockPublicAccessExclusion['mode']) => (snapshot: Snapshot): Snapshot =>
    withAccess(snapshot, (access) => ({ ...access, exclusions: [...access.exclusions, { exclusionId: physicalId ?? `${logicalId} (known only after the change)`, resourceId, mode: allowed }] }));
  if (mode !== LATER) return known(gone, add(mode === 'allow-egress' ? 'allow-egress' : 'allow-bidirectional'));
  return withDoubt(between(gone, add('allow-egress'), add('allow-bidirectional')), `mode of ${logicalId}`, laterText(change, 'InternetGatewayExclusionMode'));
}
