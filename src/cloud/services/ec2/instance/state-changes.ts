/** StartInstances, StopInstances, RebootInstances, TerminateInstances (E1, V11). */
import { boolOpt, listOf1 } from '../../../endpoint/input.js';
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { INSTANCE as TABLE, NETWORK_INTERFACE, type InstanceRecord, type InstanceStateName } from '../model.js';
import { returnPublicAddress, takePublicAddress } from '../network-interface/public-address.js';
import { findAll, INSTANCE } from '../noun.js';
import { change, changing, DONE } from '../operation.js';
import { roomForInstances, vcpuLimitExceeded } from '../quota.js';
import { dueAfter, paced, WAIT } from '../waits.js';
import { instanceType } from './types.js';
import { stateView } from './view.js';

function instancesOf(state: Reader, input: Input): InstanceRecord[] {
  return findAll(state, INSTANCE, [...new Set(listOf1(input, 'InstanceId'))]);
}

function refuseState(instance: InstanceRecord, verb: string): never {
  throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' is not in a state from which it can be ${verb}.`);
}

/** `User initiated (2026-11-24 01:02:03 GMT)` */
function userInitiated(now: number): string {
  return `User initiated (${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} GMT)`;
}

/** The automatic address goes for good; an Elastic IP stays. */
function releaseAutoAddress(tx: Transaction, context: OperationContext, instance: InstanceRecord): void {
  const eni = tx.get(NETWORK_INTERFACE, instance.networkInterfaceId);
  if (eni?.autoPublicIp === undefined) return;
  returnPublicAddress(context, eni.autoPublicIp);
  tx.put(NETWORK_INTERFACE, eni.networkInterfaceId, { ...eni, autoPublicIp: undefined });
}

function takeAutoAddress(tx: Transaction, context: OperationContext, instance: InstanceRecord): void {
  const eni = tx.get(NETWORK_INTERFACE, instance.networkInterfaceId);
  if (eni === undefined || !eni.assignsPublicIp || eni.elasticIp !== undefined || eni.autoPublicIp !== undefined) return;
  tx.put(NETWORK_INTERFACE, eni.networkInterfaceId, { ...eni, autoPublicIp: takePublicAddress(context) });
}

interface Transition {
  readonly instanceId: string;
  readonly currentState: ReturnType<typeof stateView>;
  readonly previousState: ReturnType<typeof stateView>;
}

function transition(before: InstanceRecord, now: InstanceStateName): Transition {
  return { instanceId: before.instanceId, currentState: stateView(now), previousState: stateView(before.state) };
}

export const startInstances = changing((input, tx, context) => ({
  instancesSet: instancesOf(tx, input).map((instance) => {
    if (instance.state === 'running' || instance.state === 'pending') return transition(instance, instance.state);
    if (instance.state !== 'stopped') refuseState(instance, 'started');
    if (roomForInstances(tx, instanceType(instance.instanceType).vcpus) < 1) throw vcpuLimitExceeded(tx);
    takeAutoAddress(tx, context, instance);
    tx.put(TABLE, instance.instanceId, {
      ...instance,
      state: 'pending',
      stateReason: undefined,
      stateTransitionReason: '',
      launchTime: context.now(),
      bootCount: instance.bootCount + 1,
      runningSince: undefined,
      statusCheckDelay: paced(context, WAIT.statusChecks),
      dueAt: dueAfter(context, WAIT.instanceStart),
    });
    return transition(instance, 'pending');
  }),
}));

const USER_INITIATED = { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' };
const INSTANCE_INITIATED = { code: 'Client.InstanceInitiatedShutdown', message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown' };

function goDown(tx: Transaction, context: OperationContext, instance: InstanceRecord, state: 'stopping' | 'shutting-down', byInstance = false): Transition {
  releaseAutoAddress(tx, context, instance);
  tx.put(TABLE, instance.instanceId, {
    ...instance,
    state,
    stateReason: byInstance ? INSTANCE_INITIATED : USER_INITIATED,
    stateTransitionReason: byInstance ? '' : userInitiated(context.now()),
    runningSince: undefined,
    dueAt: dueAfter(context, WAIT.instanceStop),
  });
  return transition(instance, state);
}

/** A guest goes off at once however it is asked, so that these change nothing about it. */
function readHow(input: Input): void {
  boolOpt(input, 'Force');
  boolOpt(input, 'SkipOsShutdown');
}

export const stopInstances = changing((input, tx, context) => {
  const instances = instancesOf(tx, input);
  readHow(input);
  if (boolOpt(input, 'Hibernate') === true) throw new AwsError('UnsupportedHibernationConfiguration', 'The instance is not enabled for hibernation.');
  return {
    instancesSet: instances.map((instance) => {
      if (instance.state === 'stopped' || instance.state === 'stopping') return transition(instance, instance.state);
      if (instance.state !== 'running' && instance.state !== 'pending') refuseState(instance, 'stopped');
      if (instance.disableApiStop) throw new AwsError('OperationNotPermitted', `The instance '${instance.instanceId}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`);
      return goDown(tx, context, instance, 'stopping');
    }),
  };
});

export const rebootInstances = changing((input, tx, context) => {
  for (const instance of instancesOf(tx, input)) {
    if (instance.state === 'pending') continue;
    if (instance.state !== 'running') refuseState(instance, 'rebooted');
    tx.put(TABLE, instance.instanceId, { ...instance, bootCount: instance.bootCount + 1, runningSince: context.now() });
  }
  return DONE;
});

function mayNotTerminate({ instanceId }: InstanceRecord): AwsError {
  return new AwsError('OperationNotPermitted', `The instance '${instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`);
}

/**
 * A protected instance refuses the request, and with it keeps the instances of its own zone; those of zones without a
 * protected one go all the same (TerminateInstances, API reference).
 */
export const terminateInstances: Operation = (input, context) => {
  let kept: InstanceRecord | undefined;
  const output = change(input, context, (tx) => {
    const instances = instancesOf(tx, input);
    readHow(input);
    const safe = instances.filter((instance) => instance.disableApiTermination && instance.state !== 'terminated');
    kept = safe[0];
    if (kept !== undefined && boolOpt(input, 'DryRun') === true) throw mayNotTerminate(kept);
    const zones = new Set(safe.map((instance) => instance.availabilityZone));
    return {
      instancesSet: instances.filter((instance) => !zones.has(instance.availabilityZone)).map((instance) => {
        if (instance.state === 'terminated' || instance.state === 'shutting-down') return transition(instance, instance.state);
        return goDown(tx, context, instance, 'shutting-down');
      }),
    };
  });
  if (kept !== undefined) throw mayNotTerminate(kept);
  return output;
};

/**
 * The guest turned itself off, or wants a new start. What follows the first is in its attribute, and no protection of the
 * API stands in its way.
 */
export function instanceInitiated(context: OperationContext, instanceId: string, request: 'off' | 'reboot'): void {
  context.state.transact((tx) => {
    const instance = tx.get(TABLE, instanceId);
    if (instance?.state !== 'running') return;
    if (request === 'off') goDown(tx, context, instance, instance.instanceInitiatedShutdownBehavior === 'stop' ? 'stopping' : 'shutting-down', true);
    else tx.put(TABLE, instanceId, { ...instance, bootCount: instance.bootCount + 1, runningSince: context.now() });
  });
}
