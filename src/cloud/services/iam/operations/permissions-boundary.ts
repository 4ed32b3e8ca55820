/** PutRolePermissionsBoundary, PutUserPermissionsBoundary and their deletions: a policy that bounds what the others allow. */
import type { Operation } from '../../../endpoint/operation.js';
import { changeHolder, type HolderKind } from '../holders.js';
import { boundaryOf } from '../boundary.js';
import { noSuchEntity } from '../entities.js';
import type { PolicyHolder } from '../records.js';

type Bounded = PolicyHolder & { readonly permissionsBoundary?: string | undefined };

export const putPermissionsBoundary = <R extends Bounded>(kind: HolderKind<R>): Operation => (input, context) => changeHolder(kind, input, context, (holder, reader) => ({ ...holder, permissionsBoundary: boundaryOf(input, reader, 'required') }));

export const deletePermissionsBoundary = <R extends Bounded>(kind: HolderKind<R>): Operation => (input, context) => changeHolder(kind, input, context, (holder) => {
  if (holder.permissionsBoundary === undefined) throw noSuchEntity(`The ${kind.noun} has no permissions boundary.`);
  return { ...holder, permissionsBoundary: undefined };
});
