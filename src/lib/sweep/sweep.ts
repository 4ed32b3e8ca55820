/** Labs that somebody forgot: their stacks in every region, what is left of one without its stack, schedules and roles of ends that have come. */
import { stacksWithTag } from '../aws/cloudformation.js';
import { regions as switchedOn } from '../aws/ec2-left.js';
import { taggedResources, type Tagged } from '../aws/ec2-tagged.js';
import { roleNames } from '../aws/iam-roles.js';
import { forEachOf } from '../aws/pages.js';
import { scheduleNames } from '../aws/scheduler.js';
import { SsmlabError } from '../errors.js';
import { EXPIRES_TAG, EXPIRY_PREFIX, expiryName } from '../expiry/expiry.js';
import { isKeyPairName, LAB_TAG } from '../lab/lab.js';
import { quantitiesOf } from '../lab/bill.js';
import { estimate } from '../price/estimate.js';
import { tablePrices } from '../price/prices.js';
import type { Target } from '../target/target.js';

export interface FoundLab {
  readonly stack: string;
  readonly status: string;
  /** ISO 8601. */
  readonly created: string | null;
  /** When it ends by itself, ISO 8601; null when it does not. */
  readonly expires: string | null;
  /** USD an hour of what its stack has, computed; null where no price is known. */
  readonly hourly: number | null;
}

/** Something of a lab whose stack is not there. */
export interface Orphan {
  readonly kind: Tagged['kind'] | 'schedule' | 'role';
  readonly id: string;
  /** What takes it away. */
  readonly remove: string;
}

export interface SweptRegion {
  readonly region: string;
  readonly labs: readonly FoundLab[];
  readonly orphans: readonly Orphan[];
  /** Why it could not be looked at; null when it was. */
  readonly unread: string | null;
}

export interface Swept {
  readonly regions: readonly SweptRegion[];
  /** Roles are no region's. */
  readonly roles: readonly Orphan[];
}

const REMOVE: Readonly<Record<Tagged['kind'], string>> = {
  'instance': 'terminate-instances --instance-ids', 'nat-gateway': 'delete-nat-gateway --nat-gateway-id', 'address': 'release-address --allocation-id',
  'vpc-endpoint': 'delete-vpc-endpoints --vpc-endpoint-ids', 'vpc': 'delete-vpc --vpc-id', 'key-pair': 'delete-key-pair --key-name',
};

async function lookAt(target: Target): Promise<SweptRegion> {
  const { region } = target;
  const [stacks, tagged, schedules] = await Promise.all([stacksWithTag(target, LAB_TAG.key, LAB_TAG.value), taggedResources(target, LAB_TAG.key, LAB_TAG.value), scheduleNames(target, EXPIRY_PREFIX)]);
  const names = new Set(stacks.map(({ StackName = '' }) => StackName));
  const takes = ({ StackName = '', Parameters = [] }: (typeof stacks)[number], keyName: string): boolean => isKeyPairName(StackName, keyName) && Parameters.every(({ ParameterKey, ParameterValue }) => ParameterKey !== 'KeyName' || ParameterValue === keyName);
  const ofStack = ({ kind, id, tags }: Tagged): string | undefined => tags['aws:cloudformation:stack-name'] ?? (kind === 'key-pair' ? stacks.find((stack) => takes(stack, id))?.StackName : undefined);
  const orphans = tagged.filter((one) => !names.has(ofStack(one) ?? ''));
  const prices = tablePrices(region);
  return {
    region,
    labs: stacks.map((stack) => {
      const own = tagged.filter((one) => ofStack(one) === stack.StackName);
      return {
        stack: stack.StackName ?? '',
        status: stack.StackStatus ?? '',
        created: stack.CreationTime?.toISOString() ?? null,
        expires: stack.Tags?.find(({ Key }) => Key === EXPIRES_TAG)?.Value ?? null,
        hourly: prices === undefined ? null : estimate(quantitiesOf(own.map(({ kind }) => TYPES[kind]), 't4g.nano'), prices).hourly,
      };
    }),
    orphans: [
      ...orphans.map(({ kind, id }): Orphan => ({ kind, id, remove: `aws ec2 ${REMOVE[kind]} ${id} --region ${region}` })),
      ...schedules.filter((name) => ![...names].some((stack) => expiryName(region, stack) === name)).map((id): Orphan => ({ kind: 'schedule', id, remove: `aws scheduler delete-schedule --name ${id} --region ${region}` })),
    ],
    unread: null,
  };
}

const TYPES: Readonly<Record<Tagged['kind'], string>> = {
  'instance': 'AWS::EC2::Instance', 'nat-gateway': 'AWS::EC2::NatGateway', 'address': 'AWS::EC2::EIP', 'vpc-endpoint': 'AWS::EC2::VPCEndpoint', 'vpc': 'AWS::EC2::VPC', 'key-pair': 'AWS::EC2::KeyPair',
};

/** Looks, in these regions or in all that the account has switched on. A region that does not answer is told of; wrong credentials end it. */
export async function sweep(target: Target, only?: readonly string[]): Promise<Swept> {
  const all = only ?? (await switchedOn(target));
  const [regions, roles] = await Promise.all([
    forEachOf(all, async (region) => lookAt({ ...target, region }).catch((error: unknown): SweptRegion => {
      if (!(error instanceof SsmlabError) || error.code === 'credentials-missing') throw error;
      return { region, labs: [], orphans: [], unread: error.message };
    })),
    roleNames(target, EXPIRY_PREFIX),
  ]);
  const kept = new Set(regions.flatMap(({ region, labs, orphans }) => [...labs.map(({ stack }) => expiryName(region, stack)), ...orphans.map(({ id }) => id)]));
  // Of a region that was not looked at nothing is known.
  const known = (name: string): boolean => regions.some(({ region, unread }) => unread === null && name.startsWith(`${EXPIRY_PREFIX}${region}-`));
  return {
    regions,
    roles: roles.filter((name) => known(name) && !kept.has(name)).map((id) => ({ kind: 'role', id, remove: `aws iam delete-role-policy --role-name ${id} --policy-name only && aws iam delete-role --role-name ${id}` })),
  };
}
