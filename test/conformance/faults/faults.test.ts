/**
 * Any call of AWS's may fail, once or always: each command ends in a known state, and the next run finishes the work. `docs/faults.md` has the
 * table, and says how it is written. `SSMLAB_SEED=n` chooses the same cells again.
 */
import { randomInt } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_MODEL } from '../api-model/model.js';
import { startModelRegion, type ModelRegion } from '../api-model/region.js';
import { modelFor, requestProblems } from '../api-model/request-problems.js';
import { contextOf, homeOf, runDeploy } from './life.js';
import { atOnce, type Life, rowOf, tryFault, wholeLife, type World, worldOf } from './matrix.js';
import { type Call, type Kind, KINDS, PASSING, type SeenRequest } from './proxy.js';
import { faultsDocument, readFaults } from './table.js';

const PATH = join(import.meta.dirname, '../../../docs/faults.md');
const WRITE = process.env['WRITE_FAULTS'] === '1';
/** Which cells are written anew, `PART | CALL KIND`. */
const ROWS = new RegExp(process.env['FAULTS_ROWS'] ?? '', 'u');
const SEED = Number(process.env['SSMLAB_SEED'] ?? randomInt(2 ** 31));
/** Cells that are tried where the table is not written. */
const CELLS = 24;
/** Runs that wait beside each other. */
const AT_ONCE = Number(process.env['FAULTS_AT_ONCE'] ?? (WRITE ? 8 : 4));

const folder = mkdtempSync(join(tmpdir(), 'ssmlab-faults-'));
let region: ModelRegion;
let world: World;
let life: Life;

beforeAll(async () => {
  region = await startModelRegion();
  world = worldOf(region, folder);
  life = await wholeLife(world, 'clean');
}, 120_000);
afterAll(async () => {
  await region.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Of every so many one, by the seed; a part with few calls has its turn as well. */
function sample(all: readonly { readonly call: Call; readonly kind: Kind }[]): typeof all {
  const stride = Math.max(1, Math.floor(all.length / CELLS));
  return all.filter((_, i) => i % stride === SEED % stride);
}

describe(`faults of AWS's calls (SSMLAB_SEED=${SEED})`, () => {
  it('a life without any is whole', () => {
    expect(life.ends).toEqual([['deploy --dry-run', 'done', 'nothing'], ['deploy, the look', 'done', 'all'], ['deploy again', 'done', 'all'], ['exec 1', 'done', 'all'], ['exec 3', 'done', 'all'], ['connect 1', 'done', 'all'], ['connect 3', 'done', 'all'], ['connect 4', 'done', 'all'], ['connect 3, its stream cut', 'done', 'all'], ['verify', 'report', 'all'], ['destroy, the look', 'done', 'nothing']]);
  });

  it.skipIf(modelFor('ec2') === undefined)(`its requests are right by the services' API models${modelFor('ec2') === undefined ? `: ${NO_MODEL}` : ''}`, () => {
    const judged = life.requests.flatMap((request) => {
      const problems = requestProblems(request);
      return problems === undefined ? [] : [[request.operation, problems] as const];
    });
    expect(judged.length).toBeGreaterThan(150);
    expect(judged.filter(([, problems]) => problems.length > 0)).toEqual([]);
  });

  it.skipIf(modelFor('ec2') === undefined)(`wrong requests are seen${modelFor('ec2') === undefined ? `: ${NO_MODEL}` : ''}`, () => {
    const asked = (operation: string, body: string, more: Partial<SeenRequest> = {}): SeenRequest => ({ part: '', operation, method: 'POST', path: '/', headers: {}, body, ...more });
    const form = 'Action=x&Version=2016-11-15&';
    expect(requestProblems(asked('ec2 DescribeVpcs', `${form}Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1`))).toEqual([]);
    expect(requestProblems(asked('ec2 DescribeVpcs', `${form}Filters.1.Name=vpc-id`))).toEqual([expect.stringContaining('Filters.1.Name: there is no such member')]);
    expect(requestProblems(asked('ec2 ImportKeyPair', `${form}KeyName=a`))).toEqual(['PublicKeyMaterial is required']);
    expect(requestProblems(asked('ec2 DescribeInstanceTypeOfferings', `${form}LocationType=planet`))).toEqual([expect.stringContaining('"planet" is not one of')]);
    expect(requestProblems(asked('ssm StartSession', '{"Target":"i-1","DocumentName":"no such name!"}', { headers: { 'x-amz-target': 'AmazonSSM.StartSession' } }))).toEqual([expect.stringContaining('does not match')]);
    expect(requestProblems(asked('ssm DescribeInstanceInformation', '{"MaxResults":500}', { headers: { 'x-amz-target': 'AmazonSSM.DescribeInstanceInformation' } }))).toEqual(['MaxResults: 500 is more than 50']);
    expect(requestProblems(asked('scheduler CreateSchedule', '{"ScheduleExpression":"at(2026-12-01T00:00:00)","Target":{"Arn":"a"}}', { path: '/schedules/a%20b' }))).toEqual(expect.arrayContaining([expect.stringContaining('FlexibleTimeWindow is required'), expect.stringContaining('RoleArn is required'), expect.stringContaining('"a b" does not match')]));
    expect(requestProblems(asked('iam CreateRole', 'Action=CreateRole&Version=2010-05-08&RoleName=a'))).toEqual(['AssumeRolePolicyDocument is required']);
  });

  it.skipIf(WRITE)('docs/faults.md has its calls, and no other', () => {
    expect([...readFaults(readFileSync(PATH, 'utf8')).keys()].toSorted(), 'WRITE_FAULTS=1 writes the table anew').toEqual(life.calls.map(rowOf).toSorted());
  });

  // Most of the time of these is spent waiting; where each cell is tried there is no time to lose, and none to run out of.
  const beside = WRITE ? it : it.concurrent;
  beside('each call that fails once is tried again, and the life goes on', async () => {
    const turns = WRITE ? [...PASSING.keys()] : [SEED % PASSING.length];
    const lives = await Promise.all(turns.map((once) => wholeLife(world, `once-${once}`, { once })));
    for (const { ends } of lives) expect(ends).toEqual(life.ends);
  }, 240_000);

  beside('answers that are late are waited for', async () => {
    expect((await wholeLife(world, 'late', { lateMs: 100 })).ends).toEqual(life.ends);
  }, 240_000);

  beside('each call that fails always leads to the state that the table has', async () => {
    const standing = (worker: number): string => `standing-${worker}`;
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => runDeploy(contextOf(world.target, homeOf(folder, standing(worker)), standing(worker)), () => undefined)));
    const all = life.calls.flatMap((call) => KINDS.map((kind) => ({ call, kind }))).filter(({ call, kind }) => ROWS.test(`${rowOf(call)} ${kind}`));
    const tried = WRITE ? all : sample(all);
    const known = readFaults(readFileSync(PATH, { encoding: 'utf8', flag: 'a+' }));
    const cells = new Map([...known].map(([row, kinds]) => [row, { ...kinds }]));
    const wrong: unknown[] = [];
    await atOnce(tried, AT_ONCE, async ({ call, kind }, index, worker) => {
      const { cell, why, problems } = await tryFault(world, call, kind, { stack: `f${index}`, standing: standing(worker) }).catch((error: unknown) => ({ cell: '', why: undefined, problems: [String(error)] }));
      if (process.env['FAULTS_LOG'] !== undefined) appendFileSync(process.env['FAULTS_LOG'], `${rowOf(call)}\t${kind}\t${cell}\t${problems.join(' ;; ')}\t${why ?? ''}\n`);
      if (problems.length > 0) wrong.push([rowOf(call), kind, cell, ...problems]);
      if (!WRITE && cell !== known.get(rowOf(call))?.[kind]) wrong.push([rowOf(call), kind, cell, `docs/faults.md has ${known.get(rowOf(call))?.[kind]}`, why]);
      cells.set(rowOf(call), { ...cells.get(rowOf(call)), [kind]: cell });
    });
    if (WRITE) writeFileSync(PATH, faultsDocument(life.calls, cells));
    expect(wrong).toEqual([]);
  }, WRITE ? 3_600_000 : 240_000);
});
