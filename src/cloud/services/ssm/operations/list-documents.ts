/** ssm:ListDocuments. */
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { allDocuments, type DocumentEntry, documentHead } from '../document-store.js';
import { requiredString, strings, structures } from '../../../endpoint/typed-input.js';
import { page } from '../../../endpoint/page.js';

function matches(entry: DocumentEntry, key: string, values: readonly string[], context: OperationContext): boolean {
  switch (key) {
    case 'Name':
      return values.some((value) => entry.name.startsWith(value));
    case 'Owner':
      return values.some((value) => value === 'All' || (entry.owner === 'Amazon' ? ['Amazon', 'Public'] : ['Self', 'Private', context.accountId]).includes(value));
    case 'PlatformTypes':
      return values.some((value) => entry.platformTypes.includes(value));
    case 'DocumentType':
      return values.includes(entry.type);
    default:
      throw new AwsError('InvalidFilterKey', `The local cloud does not filter documents by ${key}.`);
  }
}

function filtersOf(input: Input): readonly { readonly key: string; readonly values: readonly string[] }[] {
  const newer = structures(input, 'Filters').map((filter) => ({ key: requiredString(filter, 'Key'), values: strings(filter, 'Values') }));
  const older = structures(input, 'DocumentFilterList').map((filter) => ({ key: requiredString(filter, 'key'), values: [requiredString(filter, 'value', { min: 1 })] }));
  return [...newer, ...older];
}

export const listDocuments: Operation = (input, context) => {
  const filters = filtersOf(input);
  const all = allDocuments(context.state).filter((entry) => filters.every(({ key, values }) => matches(entry, key, values, context)));
  const { items, nextToken } = page(all, input, { typed: true, default: 50, minimum: 1, maximum: 50, key: (entry) => entry.name });
  return { DocumentIdentifiers: items.map((entry) => documentHead(entry, context)), NextToken: nextToken };
};
