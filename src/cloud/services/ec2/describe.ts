/** The Describe operations' common shape: ids, filters over what is shown, pages. */
import { filters, has, list, type Filter } from '../../endpoint/input.js';
import { AwsError, type Input, type Output } from '../../endpoint/operation.js';
import { page, pageOf, type Page } from '../../endpoint/page.js';
import { wildcard } from '../../../lib/policy/wildcard.js';
import type { Tag } from './model.js';
import { checkForm, findAll, type Noun } from './noun.js';
import type { Scope } from './operation.js';

/** One value or several that a filter compares; undefined matches nothing. */
export type Filtered = string | number | boolean | undefined | readonly (string | number | boolean | undefined)[];

/** Filter name → what it looks at. `tag:KEY`, `tag-key` and `tag-value` come by themselves for views with a tagSet. */
export type FilterTable<V> = { readonly [name: string]: (view: V) => Filtered };

function tagSetOf(view: object): readonly Tag[] | undefined {
  return 'tagSet' in view ? (view.tagSet as readonly Tag[] | undefined) ?? [] : undefined;
}

function testOf<V extends object>(filter: Filter, table: FilterTable<V>, taggable: boolean): (view: V) => boolean {
  const patterns = filter.values.map((value) => wildcard(value, { escape: true }));
  const fits = (value: string | number | boolean | undefined): boolean => {
    if (value === undefined) return false;
    const text = String(value);
    return patterns.some((pattern) => pattern(text));
  };
  const own = Object.hasOwn(table, filter.name) ? table[filter.name] : undefined;
  if (own !== undefined) {
    return (view) => {
      const found = own(view);
      return Array.isArray(found) ? (found as readonly (string | number | boolean | undefined)[]).some(fits) : fits(found as string | number | boolean | undefined);
    };
  }
  if (taggable && filter.name.startsWith('tag:')) {
    const key = filter.name.slice(4);
    return (view) => tagSetOf(view)?.some((tag) => tag.key === key && fits(tag.value)) === true;
  }
  if (taggable && (filter.name === 'tag-key' || filter.name === 'tag-value')) {
    const part = filter.name === 'tag-key' ? 'key' : 'value';
    return (view) => tagSetOf(view)?.some((tag) => fits(tag[part])) === true;
  }
  throw new AwsError('InvalidParameterValue', `The filter '${filter.name}' is invalid`);
}

/** Whether a view passes every filter of the request. Throws InvalidParameterValue for a filter that there is not. */
export function passing<V extends object>(input: Input, table: FilterTable<V>, taggable = true): (view: V) => boolean {
  const tests = filters(input).map((filter) => testOf(filter, table, taggable));
  return (view) => tests.every((test) => test(view));
}

/** The views that pass every filter of the request. */
export function filtered<V extends object>(views: readonly V[], input: Input, table: FilterTable<V>, taggable = true): V[] {
  return views.filter(passing(input, table, taggable));
}

export interface Description<R extends object, V extends object> {
  readonly noun: Noun<R>;
  /** Request parameter with the ids: `VpcId`. */
  readonly ids: string;
  /** Reply member with the items: `vpcSet`. */
  readonly set: string;
  readonly view: (record: R, scope: Scope) => V;
  readonly filters: FilterTable<V>;
  /** False: the operation has no filters by tag. */
  readonly taggable?: boolean | undefined;
  /** What is not to be shown whatever the filters say. */
  readonly keep?: ((view: V) => boolean) | undefined;
  /** EC2 refuses MaxResults together with ids for this operation. */
  readonly idsExcludeMaxResults?: boolean | undefined;
  /** Bounds of MaxResults; 5 and 1000 unless told. */
  readonly pages?: { readonly minimum: number; readonly maximum: number } | undefined;
}

/** Records by id (unknown ones refused) or all. */
function recordsOf<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): readonly R[] {
  const ids = list(input, description.ids);
  if (ids.length > 0 && description.idsExcludeMaxResults === true && has(input, 'MaxResults')) {
    throw new AwsError('InvalidParameterCombination', `The parameter ${description.ids} cannot be used with the parameter maxResults`);
  }
  for (const id of ids) checkForm(description.noun, id);
  return ids.length === 0 ? scope.state.list(description.noun.table) : findAll(scope.state, description.noun, [...new Set(ids)]);
}

function looking<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): (record: R) => V | undefined {
  const passes = passing(input, description.filters, description.taggable);
  return (record) => {
    const view = description.view(record, scope);
    return passes(view) && description.keep?.(view) !== false ? view : undefined;
  };
}

/** Records by id (unknown ones refused) or all, seen, filtered; not cut into pages. */
export function described<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): V[] {
  const look = looking(input, scope, description);
  return recordsOf(input, scope, description).flatMap((record) => look(record) ?? []);
}

/** One page of a Describe reply. */
export function paged<V>(items: readonly V[], input: Input, set: string, key: (view: V) => string, bounds = { minimum: 5, maximum: 1000 }): Output {
  const cut = page(items, input, { ...bounds, key });
  return { [set]: cut.items, nextToken: cut.nextToken };
}

/** One page of a Describe operation; no more records are looked at than it takes to fill it. */
export function describedPage<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): Page<V> {
  const { noun, pages = { minimum: 5, maximum: 1000 } } = description;
  const key = (record: R): string => String((record as { readonly [member: string]: unknown })[noun.id]);
  return pageOf(recordsOf(input, scope, description), looking(input, scope, description), input, { ...pages, key });
}

/** A whole Describe operation. */
export function describe<R extends object, V extends object>(input: Input, scope: Scope, description: Description<R, V>): Output {
  const { items, nextToken } = describedPage(input, scope, description);
  return { [description.set]: items, nextToken };
}
