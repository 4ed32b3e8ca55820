/** The Describe operations' common shape: ids, filters over what is shown, pages. */
import { filters, has, list, type Filter } from '../../endpoint/input.js';
import { AwsError, type Input, type Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { matchesWildcard } from '../../endpoint/wildcard.js';
import type { Tag } from './model.js';
import { checkForm, findAll, type Noun } from './noun.js';
import type { Scope } from './operation.js';

/** One value or several that a filter compares; undefined matches nothing. */
export type Filtered = string | number | boolean | undefined | readonly (string | number | boolean | undefined)[];

/** Filter name → what it looks at. `tag:KEY`, `tag-key` and `tag-value` come by themselves for views with a tagSet. */
export type FilterTable<V> = { readonly [name: string]: (view: V) => Filtered };

function matches(filter: Filter, found: Filtered): boolean {
  const values = Array.isArray(found) ? (found as readonly (string | number | boolean | undefined)[]) : [found as string | number | boolean | undefined];
  return values.some((value) => value !== undefined && filter.values.some((pattern) => matchesWildcard(pattern, String(value), { escape: true })));
}

function tagSetOf(view: object): readonly Tag[] | undefined {
  return 'tagSet' in view ? (view.tagSet as readonly Tag[] | undefined) ?? [] : undefined;
}

/** The views that pass every filter of the request. Throws InvalidParameterValue for a filter that there is not. */
export function filtered<V extends object>(views: readonly V[], input: Input, table: FilterTable<V>, taggable = true): V[] {
  let found = [...views];
  for (const filter of filters(input)) {
    const own = Object.hasOwn(table, filter.name) ? table[filter.name] : undefined;
    if (own !== undefined) {
      found = found.filter((view) => matches(filter, own(view)));
    } else if (taggable && filter.name.startsWith('tag:')) {
      const key = filter.name.slice(4);
      found = found.filter((view) => matches(filter, tagSetOf(view)?.filter((tag) => tag.key === key).map((tag) => tag.value)));
    } else if (taggable && (filter.name === 'tag-key' || filter.name === 'tag-value')) {
      const part = filter.name === 'tag-key' ? 'key' : 'value';
      found = found.filter((view) => matches(filter, tagSetOf(view)?.map((tag) => tag[part])));
    } else {
      throw new AwsError('InvalidParameterValue', `The filter '${filter.name}' is invalid`);
    }
  }
  return found;
}

export interface Description<R extends object, V extends object> {
  readonly noun: Noun<R>;
  /** Request parameter with the ids: `VpcId`. */
  readonly ids: string;
  /** Reply member with the items: `vpcSet`. */
  readonly set: string;
  readonly view: (record: R, scope: Scope) => V;
  readonly filters: FilterTable<V>;
  /** Identity of an item for paging. */
  readonly key: (view: V) => string;
  /** EC2 refuses MaxResults together with ids for this operation. */
  readonly idsExcludeMaxResults?: boolean | undefined;
  /** Bounds of MaxResults; 5 and 1000 unless told. */
  readonly pages?: { readonly minimum: number; readonly maximum: number } | undefined;
}

/** Records by id (unknown ones refused) or all, seen, filtered; not yet cut into pages. */
export function described<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): V[] {
  const ids = list(input, description.ids);
  if (ids.length > 0 && description.idsExcludeMaxResults === true && has(input, 'MaxResults')) {
    throw new AwsError('InvalidParameterCombination', `The parameter ${description.ids} cannot be used with the parameter maxResults`);
  }
  for (const id of ids) checkForm(description.noun, id);
  const records = ids.length === 0 ? scope.state.list(description.noun.table) : findAll(scope.state, description.noun, [...new Set(ids)]);
  return filtered(records.map((record) => description.view(record, scope)), input, description.filters);
}

/** One page of a Describe reply. */
export function paged<V>(items: readonly V[], input: Input, set: string, key: (view: V) => string, bounds = { minimum: 5, maximum: 1000 }): Output {
  const cut = page(items, input, { ...bounds, key });
  return { [set]: cut.items, nextToken: cut.nextToken };
}

/** A whole Describe operation. */
export function describe<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): Output {
  return paged(described(input, scope, description), input, description.set, description.key, description.pages);
}
