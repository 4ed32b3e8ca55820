/** EC2 calls of the tool, every page of them. */
import {
  DeleteKeyPairCommand, DescribeAddressesCommand, DescribeInstancesCommand, DescribeKeyPairsCommand, DescribeVpcsCommand, EC2Client, type Filter, GetConsoleOutputCommand, ImportKeyPairCommand, type Instance, type KeyPairInfo,
} from '@aws-sdk/client-ec2';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';
import { awsCode } from './errors.js';
import { everyPage } from './pages.js';

export const ec2 = clientPerTarget('ec2', (options) => new EC2Client(options));

/** Values that a filter of EC2 takes. */
export const FILTER_VALUES = 200;

export const filter = (name: string, ...values: string[]): Filter => ({ Name: name, Values: values });

/** Instances with these filters; terminated ones are left out unless `states` asks for them. */
export function describeInstances(target: Target, filters: readonly Filter[], states = ['pending', 'running', 'shutting-down', 'stopping', 'stopped']): Promise<Instance[]> {
  const Filters = [...filters, filter('instance-state-name', ...states)];
  return everyPage(
    (NextToken) => ec2(target).send(new DescribeInstancesCommand({ Filters, NextToken })),
    (page) => page.Reservations?.flatMap((reservation) => reservation.Instances ?? []),
  );
}

/** Filter for what CloudFormation stacks made (CloudFormation tags it so); 200 names at most. */
export const ofStack = (...stacks: string[]): Filter => filter('tag:aws:cloudformation:stack-name', ...stacks);

/** The key pair of this name with its public half where the service tells it, or undefined. */
export async function findKeyPair(target: Target, keyName: string): Promise<KeyPairInfo | undefined> {
  const found = await ec2(target).send(new DescribeKeyPairsCommand({ Filters: [filter('key-name', keyName)], IncludePublicKey: true }));
  return found.KeyPairs?.[0];
}

/** Key pairs whose names are like one of these, `*` for any run, with their tags. */
export async function keyPairsLike(target: Target, patterns: readonly string[]): Promise<KeyPairInfo[]> {
  return (await ec2(target).send(new DescribeKeyPairsCommand({ Filters: [filter('key-name', ...patterns)] }))).KeyPairs ?? [];
}

/**
 * What the instance wrote to its serial console, as far as the service tells it; empty when it tells nothing (yet). `Latest` is the
 * buffer of now, on Nitro only; others have what was posted after the last change of state, minutes later (`aws-facts.md` §7).
 */
export async function consoleOutput(target: Target, instanceId: string): Promise<string> {
  const ask = (Latest?: true) => ec2(target).send(new GetConsoleOutputCommand({ InstanceId: instanceId, Latest }));
  const { Output } = await ask(true).catch((error: unknown) => {
    if (awsCode(error) !== 'UnsupportedOperation') throw error;
    return ask();
  });
  return Buffer.from(Output ?? '', 'base64').toString('utf8');
}

/** Imports the public half. Returns false when a pair of this name is already there. */
export async function importKeyPair(target: Target, keyName: string, publicKey: string, tags: Readonly<Record<string, string>>): Promise<boolean> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  try {
    await ec2(target).send(new ImportKeyPairCommand({ KeyName: keyName, PublicKeyMaterial: Buffer.from(publicKey), TagSpecifications: [{ ResourceType: 'key-pair', Tags }] }));
    return true;
  } catch (error) {
    if (awsCode(error) === 'InvalidKeyPair.Duplicate') return false;
    throw error;
  }
}

/** Deletes it; one that is not there is no error (as the API has it). */
export async function deleteKeyPair(target: Target, keyName: string): Promise<void> {
  await ec2(target).send(new DeleteKeyPairCommand({ KeyName: keyName }));
}

/** Public addresses that carry the stack's tag. */
export async function describeAddresses(target: Target, stack: string): Promise<string[]> {
  const found = await ec2(target).send(new DescribeAddressesCommand({ Filters: [ofStack(stack)] }));
  return (found.Addresses ?? []).map((address) => address.PublicIp ?? address.AllocationId ?? '');
}

/** Ids of VPCs; with a stack only those that it made, without one all that are not default. */
export async function describeVpcIds(target: Target, stack?: string): Promise<string[]> {
  const Filters = [stack === undefined ? filter('is-default', 'false') : ofStack(stack)];
  const vpcs = await everyPage((NextToken) => ec2(target).send(new DescribeVpcsCommand({ Filters, NextToken })), (page) => page.Vpcs);
  return vpcs.flatMap((vpc) => vpc.VpcId ?? []);
}
