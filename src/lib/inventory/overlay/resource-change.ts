/** One resource of a pending change set, and its property values as far as they are known. Pure. */

/** What DescribeChangeSet says of a resource; contexts need `IncludePropertyValues`. */
export interface ResourceChange {
  readonly logicalId: string;
  /** Absent for what is new. */
  readonly physicalId: string | undefined;
  /** `AWS::EC2::Route` */
  readonly type: string;
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  readonly replacement: 'True' | 'False' | 'Conditional' | undefined;
  /** What is removed stays where it is to be retained. */
  readonly retained: boolean;
  /** What is touched beside tags and metadata. */
  readonly properties: boolean;
  /** How it differs from what was deployed, where the change set compares with what is really there. */
  readonly drift?: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'UNKNOWN' | undefined;
  /** Property values before and after; undefined when the service did not tell them. */
  readonly before: Values | undefined;
  readonly after: Values | undefined;
}

export type Values = Readonly<Record<string, unknown>>;

/** A value that only the change will bring, or that is not shown. */
export const LATER = Symbol('known only after the change');
export type Later = typeof LATER;

/** CloudFormation's own mark, masked parameters, and dynamic references, which nobody resolves here. */
const UNKNOWN = /\{\{changeSet:|\{\{resolve:|^\*{4,}$/u;

/** True when any part of the value is not known. */
export function hasLater(value: unknown): boolean {
  if (typeof value === 'string') return UNKNOWN.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLater);
}

/** A text or number as text. */
export function textOf(values: Values | undefined, name: string): string | undefined | Later {
  const value = values?.[name];
  if (hasLater(value)) return LATER;
  return value === undefined || value === null ? undefined : plain(value);
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A known text; undefined for what is absent or not known. */
export function knownText(values: Values | undefined, name: string): string | undefined {
  const value = textOf(values, name);
  return value === LATER ? undefined : value;
}

/** Templates write booleans as text, too. */
export function flagOf(values: Values | undefined, name: string, absent: boolean): boolean | Later {
  const value = textOf(values, name);
  return value === LATER ? LATER : value === undefined ? absent : value.toLowerCase() === 'true';
}

/** Texts of a list, each known or not; {@link LATER} when nothing of the list is. */
export function listOf(values: Values | undefined, name: string): readonly (string | Later)[] | Later {
  const value = values?.[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return hasLater(value) ? LATER : [plain(value)];
  return value.map((item: unknown) => (hasLater(item) ? LATER : plain(item)));
}

/** The texts of a list that is known whole. */
export function knownList(values: Values | undefined, name: string): readonly string[] | Later {
  const list = listOf(values, name);
  return list === LATER || list.includes(LATER) ? LATER : (list as readonly string[]);
}

/** Structures of a list, with what is not known still in them; {@link LATER} when the list is not known. */
export function structuresOf(values: Values | undefined, name: string): readonly Values[] | Later {
  const value = values?.[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return typeof value === 'object' ? [value as Values] : LATER;
  return value.some((item) => typeof item !== 'object' || item === null) ? LATER : (value as readonly Values[]);
}

/** Whether the property is another after the change, or may be. */
export function differs({ before, after }: ResourceChange, name: string): boolean {
  return hasLater(after?.[name]) || canonical(before?.[name]) !== canonical(after?.[name]);
}

/** Text that is the same for the same value, whatever the order of its members and whether numbers are quoted. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' || typeof part === 'boolean') return String(part);
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part;
  }) ?? '';
}

/** The words of a doubt. */
export const laterText = ({ logicalId }: ResourceChange, name: string): string => `${logicalId}: ${name} is known only after the change`;
