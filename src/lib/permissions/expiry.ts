/** What the role may do that ends a lab by itself: delete this one stack, with what CloudFormation deletes in its name for it. */
import { IN_YOUR_NAME } from './cloudformation.js';
import { type Place, SCOPES } from './permission.js';
import type { PolicyDocument, PolicyStatement } from './policies.js';

/** Which stack. */
export interface Ending {
  readonly region: string;
  readonly account: string;
  readonly stack: string;
  /** ARN. */
  readonly stackId: string;
}

const TAKES_AWAY = /:(?:Delete|Terminate|Detach|Disassociate|Release|Remove|Revoke)/u;
const VIA = { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'cloudformation.amazonaws.com' } } as const;

const actionsOn = (...scopes: readonly string[]): string[] => [...new Set(IN_YOUR_NAME.filter(({ on }) => scopes.includes(on)).map(({ action }) => action))].toSorted();

/**
 * CloudFormation tags what it makes of EC2's with the stack's id, and a stack that is made later under the name has another. The role and the
 * instance profile have no such tag: they go by the name that CloudFormation gives them.
 */
export function deletionOf({ region, account, stack, stackId }: Ending): PolicyDocument {
  const place: Place = { region, stack };
  const roles = SCOPES.Role(place).resources.map((arn) => arn.replace('::*:', `::${account}:`));
  const own: PolicyStatement[] = [
    { Sid: 'ThisStack', Effect: 'Allow', Action: ['cloudformation:DeleteStack'], Resource: stackId },
    { Sid: 'WhatItMade', Effect: 'Allow', Action: actionsOn('Change').filter((action) => TAKES_AWAY.test(action)), Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/aws:cloudformation:stack-id': stackId }, ...VIA } },
    { Sid: 'ItsRole', Effect: 'Allow', Action: actionsOn('Role').filter((action) => TAKES_AWAY.test(action) || /:(?:Get|List)/u.test(action)), Resource: roles, Condition: VIA },
    { Sid: 'Look', Effect: 'Allow', Action: actionsOn('Read'), Resource: '*', Condition: VIA },
  ];
  return { Version: '2012-10-17', Statement: own };
}

/** Scheduler may take it on, for schedules of this account and region (EventBridge Scheduler user guide, "Confused deputy prevention"). */
export function schedulerTrust({ region, account, stackId }: Ending): object {
  const partition = stackId.split(':')[1] ?? 'aws';
  return {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': `arn:${partition}:scheduler:${region}:${account}:schedule-group/default` } },
    }],
  };
}
