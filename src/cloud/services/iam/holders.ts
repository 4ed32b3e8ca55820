/** Roles, users and groups as what policies are attached to: one set of operations serves the three. */
import type { Input, OperationContext, Output } from '../../endpoint/operation.js';
import { str } from '../../endpoint/input.js';
import type { Reader, Transaction } from '../../state/store.js';
import { requireGroup, requireRole, requireUser } from './entities.js';
import { groups, roles, users, type PolicyHolder } from './records.js';

export interface HolderKind<R extends PolicyHolder> {
  readonly noun: 'role' | 'user' | 'group';
  readonly parameter: 'RoleName' | 'UserName' | 'GroupName';
  /** Name of the quota of attached policies. */
  readonly quota: string;
  /** Characters of all inline policies together, white space not counted. */
  readonly inlineSize: number;
  /** Throws NoSuchEntity. */
  require(reader: Reader, name: string): R;
  put(tx: Transaction, name: string, record: R): void;
}

export const ROLE: HolderKind<ReturnType<typeof requireRole>> = {
  noun: 'role', parameter: 'RoleName', quota: 'PoliciesPerRole', inlineSize: 10_240, require: requireRole, put: (tx, name, record) => tx.put(roles, name, record),
};
export const USER: HolderKind<ReturnType<typeof requireUser>> = {
  noun: 'user', parameter: 'UserName', quota: 'PoliciesPerUser', inlineSize: 2048, require: requireUser, put: (tx, name, record) => tx.put(users, name, record),
};
export const GROUP: HolderKind<ReturnType<typeof requireGroup>> = {
  noun: 'group', parameter: 'GroupName', quota: 'PoliciesPerGroup', inlineSize: 5120, require: requireGroup, put: (tx, name, record) => tx.put(groups, name, record),
};

/** Changes one in a transaction. */
export function changeHolder<R extends PolicyHolder>(kind: HolderKind<R>, input: Input, context: OperationContext, change: (record: R, reader: Reader) => R): Output {
  const name = str(input, kind.parameter);
  context.globalState.transact((tx) => kind.put(tx, name, change(kind.require(tx, name), tx)));
  return {};
}
