/** What all changes are made of. */
import type { NetworkModel, RouteTable } from '../../../../src/lib/vpc/model.js';

export interface Changed {
  readonly model: NetworkModel;
  /** The call, for people. */
  readonly text: string;
}

/** Numbers that choose. */
export interface Draw {
  readonly at: number;
  readonly first: number;
  readonly second: number;
}

export type Apply = (model: NetworkModel, draw: Draw) => Changed;
type ListKey = Exclude<keyof NetworkModel, 'region' | 'blockPublicAccess'>;

export const pick = <T>(list: readonly T[], index: number): T => {
  if (list.length === 0) throw new Error('nothing to pick from');
  return list[index % list.length] as T;
};

/** The model with one item of a list patched. */
export function patched<K extends ListKey>(model: NetworkModel, key: K, item: NetworkModel[K][number], patch: Partial<NetworkModel[K][number]>, text: string): Changed {
  const list: readonly object[] = model[key];
  const id = Object.values(item)[0] as string;
  return { model: { ...model, [key]: list.map((each) => (each === item ? { ...each, ...patch } : each)) }, text: `${id}: ${text}` };
}

/** The guests' first interfaces. */
export const guests = (model: NetworkModel) => model.networkInterfaces.filter((each) => each.interfaceType === 'interface' && (each.deviceIndex ?? 0) === 0);

/** A group that somebody wears. */
export function wornGroup(model: NetworkModel, { at, first }: Draw): NetworkModel['securityGroups'][number] {
  const worn = pick(pick(guests(model), at).groupIds, first);
  return model.securityGroups.find((group) => group.groupId === worn) ?? pick(model.securityGroups, at);
}

/** The table in force for a subnet (R3). */
export function tableOf(model: NetworkModel, subnetId: string): RouteTable | undefined {
  const vpcId = model.subnets.find((each) => each.subnetId === subnetId)?.vpcId;
  return model.routeTables.find((each) => each.subnetIds.includes(subnetId)) ?? model.routeTables.find((each) => each.main && each.vpcId === vpcId);
}
