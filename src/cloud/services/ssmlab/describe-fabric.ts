/** ssmlab:DescribeFabric: the data plane, and where its packets can be seen. */
import type { Operation } from '../../endpoint/operation.js';
import { conditionsOf } from './set-wan-conditions.js';

/** `UidMode`, `Namespaces` and `WanConditions` are absent where no packets are sent. */
export const describeFabric: Operation = (_input, context) => {
  const { fabric } = context.runtime;
  const inside = fabric.namespaces(context.region);
  return {
    Kind: fabric.kind,
    UidMode: inside?.uidMode,
    WanConditions: fabric.wan === undefined ? undefined : conditionsOf(fabric.wan),
    Namespaces: inside?.namespaces.map(({ kind, id, entrance }) => ({ Kind: kind, Id: id, Entrance: entrance })),
  };
};
