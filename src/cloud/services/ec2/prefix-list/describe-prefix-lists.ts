/** DescribePrefixLists (AWS's own, in their short form) and DescribeManagedPrefixLists (all). */
import { list } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { PREFIX_LIST } from '../model.js';
import { reading } from '../operation.js';
import { awsPrefixLists } from './prefix-lists.js';
import { awsPrefixListView, prefixListView, type PrefixListView } from './view.js';

interface Named {
  readonly prefixListId: string;
  readonly prefixListName: string;
}

/** The two operations spell the code in two ways. */
function chosen<V extends Named>(input: Input, all: readonly V[], code: 'InvalidPrefixListId.NotFound' | 'InvalidPrefixListID.NotFound'): readonly V[] {
  const ids = list(input, 'PrefixListId');
  const unknown = ids.find((id) => !all.some((one) => one.prefixListId === id));
  if (unknown !== undefined) throw new AwsError(code, `The prefix list ID '${unknown}' does not exist`);
  return ids.length === 0 ? all : all.filter((one) => ids.includes(one.prefixListId));
}

const ID_AND_NAME = {
  'prefix-list-id': (view: Named) => view.prefixListId,
  'prefix-list-name': (view: Named) => view.prefixListName,
};

const PREFIX_LIST_FILTERS: FilterTable<Named> = ID_AND_NAME;
const MANAGED_PREFIX_LIST_FILTERS: FilterTable<PrefixListView> = { ...ID_AND_NAME, 'owner-id': (view) => view.ownerId };

export const describePrefixLists = reading((input, scope) => {
  const views = chosen(input, awsPrefixLists(scope.region), 'InvalidPrefixListId.NotFound').map((one) => ({ prefixListId: one.prefixListId, prefixListName: one.prefixListName, cidrSet: one.cidrs }));
  return paged(filtered(views, input, PREFIX_LIST_FILTERS, false), input, 'prefixListSet', (view) => view.prefixListId, { minimum: 1, maximum: 1000 });
});

export const describeManagedPrefixLists = reading((input, scope) => {
  const all = [...awsPrefixLists(scope.region).map((one) => awsPrefixListView(one, scope)), ...scope.state.list(PREFIX_LIST).map((one) => prefixListView(one, scope))];
  return paged(filtered(chosen(input, all, 'InvalidPrefixListID.NotFound'), input, MANAGED_PREFIX_LIST_FILTERS), input, 'prefixListSet', (view) => view.prefixListId, { minimum: 1, maximum: 100 });
});
