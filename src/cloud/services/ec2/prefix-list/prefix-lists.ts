/** AWS's own prefix lists of a region, for gateway endpoints (P14, P16); DescribePrefixLists, DescribeManagedPrefixLists. */
import { createHash } from 'node:crypto';
import { list } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { filtered, paged } from '../describe.js';
import { reading, type Scope } from '../operation.js';

export interface AwsPrefixList {
  readonly prefixListId: string;
  /** Also the name of the gateway endpoint's service: `com.amazonaws.<region>.s3`. */
  readonly prefixListName: string;
  readonly cidrs: readonly string[];
}

/** Parts of the service pool (`fabric.ts` INTERNET.servicePool) that belong to services with gateway endpoints. */
const SERVICES: readonly (readonly [service: string, cidr: string])[] = [['s3', '198.19.128.0/20'], ['dynamodb', '198.19.144.0/20']];

export function prefixLists(region: string): readonly AwsPrefixList[] {
  return SERVICES.map(([service, cidr]) => {
    const prefixListName = `com.amazonaws.${region}.${service}`;
    const digest = createHash('sha256').update(prefixListName).digest('hex');
    return { prefixListId: `pl-${digest.slice(0, 8)}`, prefixListName, cidrs: [cidr] };
  });
}

export function prefixListOf(region: string, prefixListId: string): AwsPrefixList | undefined {
  return prefixLists(region).find((candidate) => candidate.prefixListId === prefixListId);
}

function chosen(input: Input, scope: Scope): readonly AwsPrefixList[] {
  const all = prefixLists(scope.region);
  const ids = list(input, 'PrefixListId');
  const unknown = ids.find((id) => !all.some((one) => one.prefixListId === id));
  if (unknown !== undefined) throw new AwsError('InvalidPrefixListId.NotFound', `The prefix list ID '${unknown}' does not exist`);
  return ids.length === 0 ? all : all.filter((one) => ids.includes(one.prefixListId));
}

const BOUNDS = { minimum: 1, maximum: 1000 };
const ID_AND_NAME = {
  'prefix-list-id': (view: { readonly prefixListId: string }) => view.prefixListId,
  'prefix-list-name': (view: { readonly prefixListName: string }) => view.prefixListName,
};

export const describePrefixLists = reading((input, scope) => {
  const views = chosen(input, scope).map((one) => ({ prefixListId: one.prefixListId, prefixListName: one.prefixListName, cidrSet: one.cidrs }));
  return paged(filtered(views, input, ID_AND_NAME, false), input, 'prefixListSet', (view) => view.prefixListId, BOUNDS);
});

function managedView(one: AwsPrefixList, scope: Scope) {
  return {
    prefixListId: one.prefixListId,
    prefixListName: one.prefixListName,
    prefixListArn: `arn:aws:ec2:${scope.region}:aws:prefix-list/${one.prefixListId}`,
    addressFamily: 'IPv4',
    state: 'create-complete',
    ownerId: 'AWS',
    tagSet: [],
  };
}

export const describeManagedPrefixLists = reading((input, scope) => {
  const views = chosen(input, scope).map((one) => managedView(one, scope));
  const table = { ...ID_AND_NAME, 'owner-id': (view: ReturnType<typeof managedView>) => view.ownerId };
  return paged(filtered(views, input, table), input, 'prefixListSet', (view) => view.prefixListId, { minimum: 1, maximum: 100 });
});
