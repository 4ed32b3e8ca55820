/** Whose a key pair is: of the stack that takes it, of nobody; also of labs whose key pairs had names without a digest. In a real region. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStack } from '../../../../src/lib/aws/cloudformation.js';
import { deleteKeyPair, importKeyPair, keyPairsLike } from '../../../../src/lib/aws/ec2.js';
import { makeKeyPair } from '../../../../src/lib/ssh/key-pair.js';
import { stackApi } from '../../../../src/lib/stack/api.js';
import { destroy, planDestroy } from '../../../../src/lib/stack/destroy.js';
import { pauseUntil } from '../../../../src/lib/stack/pause.js';
import { sweep } from '../../../../src/lib/sweep/sweep.js';
import { type LabRegion, REGION, startLabRegion } from '../inventory/snapshot/lab-region.js';

let region: LabRegion;
beforeAll(async () => {
  region = await startLabRegion();
}, 120_000);
afterAll(() => region.close());

const TAGS = { ssmlab: 'true' };
const template = JSON.stringify({ Parameters: { KeyName: { Type: 'AWS::EC2::KeyPair::KeyName' } }, Resources: { VPC: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.6.0.0/16' } } } });
const bring = (name: string, tags: Readonly<Record<string, string>> = TAGS) => importKeyPair(region.target, name, makeKeyPair(name).publicKey, tags);
const orphans = async () => (await sweep(region.target, [REGION])).regions.flatMap((each) => each.orphans.map(({ kind, id }) => `${kind} ${id}`));

it('a lab of before keeps its key pair until it is destroyed; one that the stack does not take is found, and goes with it', async () => {
  for (const name of ['before-key', 'before-key-0123abcd', 'before-key-mine']) expect(await bring(name)).toBe(true);
  await bring('before-keys', {});
  expect(await createStack(region.target, { name: 'before', template, parameters: { KeyName: 'before-key' }, tags: TAGS })).toContain(':stack/before/');
  // The one that is called so by somebody has ssmlab's tag, and is of no lab by its name.
  expect((await orphans()).toSorted()).toEqual(['key-pair before-key-0123abcd', 'key-pair before-key-mine']);
  const api = stackApi(region.target);
  while ((await api.findStack('before'))?.StackStatus !== 'CREATE_COMPLETE') await new Promise((resolve) => setTimeout(resolve, 50));
  const plan = await planDestroy(api, 'before');
  expect(plan.keyNames).toEqual(['before-key', 'before-key-0123abcd']);
  for await (const event of destroy(api, { stack: 'before', plan, pollSeconds: 0.02, pause: pauseUntil() })) expect(event.kind).not.toBe('again');
  expect((await keyPairsLike(region.target, ['before-key*'])).map(({ KeyName }) => KeyName)).toEqual(expect.arrayContaining(['before-key-mine', 'before-keys']));
  expect(await keyPairsLike(region.target, ['before-key*'])).toHaveLength(2);
  await deleteKeyPair(region.target, 'before-key-mine');
  expect(await orphans()).toEqual([]);
}, 60_000);
