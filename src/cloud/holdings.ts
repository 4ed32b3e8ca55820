/** What of a local cloud somebody would miss, by region: so that the last `destroy` does not take what others made with it. */
import type { Memory } from './state/memory.js';

export interface Holding {
  /** A region's name, or `aws-global`. */
  readonly region: string;
  /** In the plural, as a reader says it. */
  readonly kind: string;
  readonly count: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Table → what its records are called, and which of them count. History and what always comes with something else is left out. */
const KINDS: Readonly<Record<string, { readonly kind: string; readonly counts?: (record: Fields) => boolean }>> = {
  'cloudformation/stack': { kind: 'stacks', counts: ({ status }) => status !== 'DELETE_COMPLETE' },
  'ec2/vpc': { kind: 'VPCs' },
  'ec2/address': { kind: 'Elastic IP addresses' },
  'ec2/volume': { kind: 'volumes' },
  'ec2/key-pair': { kind: 'key pairs' },
  'ec2/prefix-list': { kind: 'prefix lists' },
  'ssm/parameter': { kind: 'parameters' },
  's3/bucket': { kind: 'buckets' },
  'logs/group': { kind: 'log groups' },
  'kms/key': { kind: 'KMS keys', counts: ({ manager }) => manager === 'CUSTOMER' },
  'iam/role': { kind: 'roles' },
  'iam/instance-profile': { kind: 'instance profiles' },
};

export function holdings(memory: Memory): Holding[] {
  const counts = new Map<string, Holding>();
  for (const [region, table, , record] of memory.entries()) {
    const { kind, counts: matters } = KINDS[table] ?? {};
    if (kind === undefined || record === null || matters?.(record as Fields) === false) continue;
    const key = `${region}\n${kind}`;
    counts.set(key, { region, kind, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => (a.region === b.region ? a.kind.localeCompare(b.kind) : a.region < b.region ? -1 : 1));
}
