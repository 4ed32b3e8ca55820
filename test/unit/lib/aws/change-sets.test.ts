/** What CloudFormation says when somebody else was quicker: the region's own words, which are AWS's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChangeSet } from '../../../../src/lib/aws/change-sets.js';
import { type LabRegion, startLabRegion } from '../inventory/snapshot/lab-region.js';

const template = (cidr: string): string => JSON.stringify({ Resources: { VPC: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: cidr } } } });

let region: LabRegion;
beforeAll(async () => {
  region = await startLabRegion();
}, 120_000);
afterAll(() => region.close());

it('a stack that somebody else has made is busy, and no fault of the template', async () => {
  const wanted = { name: 'taken', template: template('10.0.0.0/16'), parameters: {}, tags: {}, type: 'CREATE' } as const;
  await region.deploy('taken', wanted.template);
  await expect(createChangeSet(region.target, { ...wanted, changeSet: 'late' })).rejects.toMatchObject({
    code: 'stack-busy', message: expect.stringMatching(/^another process works on the stack "taken": Stack \[taken\] already exists and cannot be created again/u), hint: expect.stringContaining('ssmlab deploy'),
  });
  await expect(createChangeSet(region.target, { ...wanted, name: 'other', template: '{"Resources": 7}', changeSet: 'wrong' })).rejects.toMatchObject({ code: 'template-invalid' });
}, 60_000);
