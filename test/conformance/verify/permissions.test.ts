/**
 * Every action that verify reads by, taken away alone: what depends on it is unknown and names it, and nothing is said to be broken that
 * is not, or to hold that was not looked at. By claims, and by the ways that `diff` and `explain` ask about.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffOf } from '../../../src/lib/diff/diff.js';
import { certain } from '../../../src/lib/inventory/overlay/outlook.js';
import { readSnapshot } from '../../../src/lib/inventory/snapshot/read.js';
import type { Snapshot } from '../../../src/lib/inventory/snapshot/snapshot.js';
import { CALLS } from '../../../src/lib/permissions/calls.js';
import type { VerifyReport } from '../../../src/lib/verify/claim.js';
import type { ExpectationFile } from '../../../src/lib/verify/expect/language.js';
import { readExpectations } from '../../../src/lib/verify/expect/read.js';
import { expectedSubjects } from '../../../src/lib/verify/expect/subjects.js';
import { writeExpectations } from '../../../src/lib/verify/expect/write.js';
import { subjectsFor } from '../../../src/lib/verify/expectations.js';
import type { Configuration } from '../../../src/lib/verify/predict.js';
import { verify } from '../../../src/lib/verify/verify.js';
import { indexModel } from '../../../src/lib/vpc/network.js';
import { type LabRegion, startLabRegion } from '../../unit/lib/inventory/snapshot/lab-region.js';
import { userWith } from '../../unit/lib/inventory/snapshot/user.js';
import { claimName } from './mutations.js';

/** Reads of a snapshot; without ec2:DescribeInstances there is none. */
const READS = [...new Set(CALLS.filter(({ action, uses, because }) => uses.includes('verify') && because === undefined && /^(?:cloudformation:DescribeStacks$|ec2:|iam:|ssm:(?:DescribeInstanceInformation|GetServiceSetting)$)/u.test(action)).map(({ action }) => action))]
  .filter((action) => action !== 'ec2:DescribeInstances');

let region: LabRegion;
let whole: Snapshot;
let healthy: VerifyReport;
/** What is there, as expectations, and the report on them. */
let file: ExpectationFile;
let asExpected: VerifyReport;

const configuration = (snapshot: Snapshot): Configuration => ({ snapshot, network: indexModel(snapshot.network), from: '198.51.100.7' });

function predicted(snapshot: Snapshot, expectations?: ExpectationFile): Promise<VerifyReport> {
  const subjects = expectations === undefined ? subjectsFor([], configuration(snapshot)) : expectedSubjects(expectations, configuration(snapshot));
  return verify({ subjects, where: snapshot, eyes: undefined, only: 'predicted' });
}

beforeAll(async () => {
  region = await startLabRegion();
  await region.deploy('ssmlab');
  whole = await readSnapshot(region.target, 'ssmlab');
  healthy = await predicted(whole);
  file = readExpectations(writeExpectations(configuration(whole)).text, 'e.yaml');
  asExpected = await predicted(whole, file);
  expect([healthy.verdict, asExpected.verdict]).toEqual(['pass', 'pass']);
}, 180_000);
afterAll(() => region.close());

/** What may be read without, in the lab: rules' own ids, lists that no rule names, inline policies that no role has, what was seen of agents and consoles. */
const SPARED = ['ec2:GetConsoleOutput', 'ec2:DescribeManagedPrefixLists', 'ec2:DescribePrefixLists', 'ec2:DescribeSecurityGroupRules', 'ec2:GetManagedPrefixListEntries', 'iam:GetRolePolicy', 'ssm:DescribeInstanceInformation'];

/** Verdict and value as they were, or unknown by the action's name. */
function faults(report: VerifyReport, before: VerifyReport, action: string): string[] {
  const was = new Map(before.claims.map((claim) => [claimName(claim), claim]));
  return report.claims.flatMap((claim) => {
    const old = was.get(claimName(claim));
    const holds = claim.verdict === old?.verdict && claim.predicted === old.predicted;
    return holds || (claim.verdict === 'unknown' && claim.why.includes(action)) ? [] : [`${claimName(claim)}: ${claim.verdict}, ${claim.predicted ?? 'not known'}: ${claim.why}`];
  });
}

describe('without one action', () => {
  it.each(READS)('%s', async (action) => {
    const refused = { Effect: 'Deny', Action: action, Resource: '*' };
    const snapshot = await readSnapshot(region.as(await userWith(region, [{ Effect: 'Allow', Action: '*', Resource: '*' }, refused])), 'ssmlab');
    const [report, expected] = [await predicted(snapshot), await predicted(snapshot, file)];
    expect(faults(report, healthy, action)).toEqual([]);
    expect(faults(expected, asExpected, action)).toEqual([]);
    const diff = diffOf(whole, certain(snapshot), ['whole', 'part']);
    expect(diff.changes.filter(({ kind, deciding }) => kind !== 'doubtful' || !deciding.some((text) => text.includes(action)))).toEqual([]);
    expect(diff.differences).toEqual([]);
    // Whatever is not spared is missed, in a claim and in a way.
    const missed = [report.verdict, diff.verdict];
    expect(missed).toEqual(SPARED.includes(action) ? ['pass', 'same'] : ['unknown', 'unknown']);
  });
});
