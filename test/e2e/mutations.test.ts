/**
 * Each part of the lab taken away in turn, by the AWS CLI from labs that are deployed: verify breaks the claims of the table and no
 * others, what the prediction says is what is seen, and only what the inside of a lost instance shows is unknown. Four labs at a time.
 */
import { execFile, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeAgents } from '../../src/lib/aws/ssm.js';
import { findLocalCloud } from '../../src/lib/target/local/cloud.js';
import { localTarget } from '../../src/lib/target/resolve.js';
import type { Target } from '../../src/lib/target/target.js';
import type { VerifyReport } from '../../src/lib/verify/claim.js';
import { brokenClaims, claimName, type DeployedLab, type Mutation, MUTATIONS } from '../conformance/verify/mutations.js';
import { exportsOf, Home, onEachFabric } from './program.js';

const run = promisify(execFile);
const hasAws = spawnSync('aws', ['--version']).status === 0;
const LABS = 4;
const MANAGED = [2, 3, 4];
/** After a change every agent proves its way anew within 5 s (`docs/local-cloud.md`). */
const PROOF_MS = 6000;

/** What only the inside shows. */
const INSIDE: readonly string[] = ['public-ipv4', 'ping', 'egress-identity', 'service-address'];

interface Outcome {
  readonly report: VerifyReport;
  /** Exit status. */
  readonly status: number;
}

describe.skipIf(!hasAws)(`mutations of deployed labs${hasAws ? '' : ' (no aws on PATH)'}`, () => onEachFabric('each in turn', (fabric) => {
  const home = new Home(fabric);
  const outcomes = new Map<string, Outcome | Error>();
  let environment: NodeJS.ProcessEnv = {};
  let target: Target;

  const aws = async (...args: string[]): Promise<string> => (await run('aws', [...args, '--output', 'text'], { env: environment })).stdout.trim();

  /** One after the other: four at once on two cores, beside another file's, have run into the time that a session has to open. */
  let before: Promise<unknown> = Promise.resolve();
  function verify(stack: string): Promise<Outcome> {
    const outcome = before.then(() => verifyNow(stack));
    before = outcome.catch(() => undefined);
    return outcome;
  }

  async function verifyNow(stack: string): Promise<Outcome> {
    const args = ['verify', '--stack', stack, '--json'];
    const child = home.start(...args);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const status = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
    return { status, report: JSON.parse(text) as VerifyReport };
  }

  async function deployedLab(stack: string): Promise<DeployedLab> {
    const rows = await aws('cloudformation', 'describe-stack-resources', '--stack-name', stack, '--query', 'StackResources[].[LogicalResourceId,PhysicalResourceId]');
    const ids = new Map(rows.split('\n').map((row) => row.split('\t') as [string, string]));
    return {
      aws,
      id: (logicalId) => {
        const found = ids.get(logicalId);
        if (found === undefined) throw new Error(`${stack} has no ${logicalId}`);
        return found;
      },
    };
  }

  /** Resolves once Systems Manager has lost just these; throws what it says instead when two minutes are over. */
  async function settled(lab: DeployedLab, lost: readonly number[]): Promise<void> {
    const wanted = MANAGED.map((number) => `${number} ${lost.includes(number) ? 'ConnectionLost' : 'Online'}`).join(', ');
    const until = Date.now() + 120_000;
    for (;;) {
      const agents = await describeAgents(target);
      const said = MANAGED.map((number) => `${number} ${agents.find(({ InstanceId }) => InstanceId === lab.id(`Instance${number}`))?.PingStatus ?? 'unknown'}`).join(', ');
      if (said === wanted) return;
      if (Date.now() > until) throw new Error(`agents: ${said}, and not ${wanted}`);
      await sleep(500);
    }
  }

  async function tryEach(stack: string, mutations: readonly Mutation[]): Promise<void> {
    const lab = await deployedLab(stack);
    for (const { name, onLab, lost } of mutations) {
      const heal = await onLab(lab);
      try {
        // Whoever is to be lost is waited for; who is not has to be there when the others' time is over.
        await sleep(PROOF_MS);
        await settled(lab, lost);
        outcomes.set(name, await verify(stack));
      } catch (error) {
        outcomes.set(name, error as Error);
      }
      await heal?.();
      if (heal !== undefined) await settled(lab, []);
    }
  }

  beforeAll(async () => {
    const stacks = Array.from({ length: LABS }, (_, i) => `lab-${i + 1}`);
    for (const stack of stacks) expect(home.run(['deploy', '--yes', '--brief', '--stack', stack], { timeout: 180_000 }).status).toBe(0);
    environment = { ...exportsOf(home), PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '' };
    const cloud = await findLocalCloud({ home: home.environment['SSMLAB_HOME'] ?? '' });
    if (cloud === undefined) throw new Error('no local cloud runs');
    target = localTarget(cloud, {});
    // What cannot be undone is the last of its lab.
    const [last, ...others] = MUTATIONS.toReversed();
    const queues = stacks.map((_, i) => others.filter((__, j) => j % LABS === i));
    if (last !== undefined) queues[0]?.push(last);
    await Promise.all(stacks.map((stack, i) => tryEach(stack, queues[i] ?? [])));
  }, 1_800_000);
  afterAll(() => home.remove());

  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s', (_, { name, broken, lost }) => {
    const outcome = outcomes.get(name) ?? new Error('it was not tried');
    if (outcome instanceof Error) throw outcome;
    const { status, report: { claims } } = outcome;
    const whys = claims.filter(({ verdict }) => verdict === 'fail').map((claim) => `${claimName(claim)}: ${claim.why}`).join('\n');
    expect(brokenClaims({ claims }).toSorted(), whys).toEqual(broken.toSorted());
    const unknown = claims.filter(({ verdict }) => verdict === 'unknown');
    expect(unknown.filter(({ instance, claim }) => !lost.includes(Number(instance)) || !INSIDE.includes(claim)).map(claimName)).toEqual(UNANSWERED[name] ?? []);
    expect(claims.filter(({ predicted, observed }) => observed !== null && predicted !== observed).map(claimName)).toEqual([]);
    expect(status).toBe(broken.length > 0 ? 1 : 0);
  });
}));

/** Without a resolver nobody on the internet can be asked by name. */
const UNANSWERED: Readonly<Record<string, readonly string[]>> = { 'DNS of VPC 1': ['1 egress-identity'] };
