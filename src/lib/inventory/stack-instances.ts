/** The instances of a stack, of its nested stacks too. */
import { describeInstances, FILTER_VALUES, ofStack } from '../aws/ec2.js';
import { chunks } from '../aws/pages.js';
import { LAB_TAG } from '../lab/lab.js';
import type { Target } from '../target/target.js';

export type ApiInstance = Awaited<ReturnType<typeof describeInstances>>[number];

export const tagOf = (instance: ApiInstance, key: string): string | undefined => instance.Tags?.find((tag) => tag.Key === key)?.Value;

/** Made by `ssmlab deploy`, whose stacks have no others in them. */
export const isOfLab = (instance: ApiInstance): boolean => tagOf(instance, LAB_TAG.key) === LAB_TAG.value;

export interface StackInstances {
  /** False when there is no stack of this name; true also for one without instances. */
  readonly found: boolean;
  readonly instances: readonly ApiInstance[];
}

/** One call for a stack that ssmlab made; for others CloudFormation says first what is nested in it. */
export async function stackInstances(target: Target, stack: string): Promise<StackInstances> {
  const own = await describeInstances(target, [ofStack(stack)]);
  if (own.some(isOfLab)) return { found: true, instances: own };
  const { stackTree } = await import('../aws/cloudformation.js');
  const names = await stackTree(target, stack);
  if (names.length <= 1) return { found: names.length > 0 || own.length > 0, instances: own };
  const instances = await Promise.all(chunks(names, FILTER_VALUES).map((part) => describeInstances(target, [ofStack(...part)])));
  return { found: true, instances: instances.flat() };
}
