/**
 * The same replies, to what the commands make of them: each operation in turn answers with as little as its model allows, with things of which nothing is told, and with values of enums
 * that are not known yet, while the others answer as of a lab. Each command ends with what it shows, or with an error of the tool's own, and shows no nonsense.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployProgress } from '../../../src/cli/deploy-progress.js';
import { destroyProgress } from '../../../src/cli/destroy-progress.js';
import { SsmlabError } from '../../../src/lib/errors.js';
import { expiryApi } from '../../../src/lib/expiry/api.js';
import { dropExpiry, expiryLeft } from '../../../src/lib/expiry/expiry.js';
import { takeInventory } from '../../../src/lib/inventory/inventory.js';
import { readSnapshot } from '../../../src/lib/inventory/snapshot/read.js';
import { agentText } from '../../../src/lib/inventory/standing.js';
import { preflightApi } from '../../../src/lib/preflight/api.js';
import { preflight } from '../../../src/lib/preflight/preflight.js';
import { pricesOf } from '../../../src/lib/price/source.js';
import { listLines } from '../../../src/lib/report/list.js';
import { preflightLines } from '../../../src/lib/report/preflight.js';
import { planLines } from '../../../src/lib/report/stack-plan.js';
import { plainStyle } from '../../../src/lib/report/style.js';
import { sweepLines } from '../../../src/lib/report/sweep.js';
import { stackApi } from '../../../src/lib/stack/api.js';
import { deploy } from '../../../src/lib/stack/deploy.js';
import { destroy, planDestroy } from '../../../src/lib/stack/destroy.js';
import { sweep } from '../../../src/lib/sweep/sweep.js';
import type { Target } from '../../../src/lib/target/target.js';
import { NO_MODEL } from '../api-model/model.js';
import { modelFor } from '../api-model/request-problems.js';
import { type Mode, OF_TOMORROW, replyOf, type Sample } from './samples.js';
import { type Asked, Scripted } from './scripted.js';
import { writeError, writeReply } from './write-reply.js';

const without = modelFor('ec2') === undefined;
const style = plainStyle();
let server: Scripted;
let folder: string;
let labs = 0;
beforeAll(async () => {
  server = await Scripted.start();
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-parsers-'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const TAGS = [{ Key: 'ssmlab', Value: 'true' }];
const STACK = { StackName: 'x', StackId: 'arn:aws:cloudformation:ap-northeast-1:123456789012:stack/x/1', StackStatus: 'CREATE_COMPLETE', Tags: TAGS, CreationTime: 1_790_000_000, Parameters: [{ ParameterKey: 'KeyName', ParameterValue: 'x-key-00000000' }] };

/** What the others say of a lab: where the first value of each enum would lead nowhere. */
const OF_A_LAB: Readonly<Record<string, { readonly [name: string]: Sample }>> = {
  'cloudformation DescribeStacks': { Stacks: [STACK] },
  'cloudformation DescribeChangeSet': { Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' },
  'cloudformation CreateChangeSet': { StackId: STACK.StackId, Id: 'arn:aws:cloudformation:ap-northeast-1:123456789012:changeSet/ssmlab-1/1' },
  'ec2 DescribeInstances': { Reservations: [{ Instances: [{ InstanceId: 'i-0123456789abcdef0', VpcId: 'VpcId-1', SubnetId: 'SubnetId-1', State: { Name: 'running' }, IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/p' }, Tags: [...TAGS, { Key: 'aws:cloudformation:stack-name', Value: 'x' }] }] }] },
  'ec2 DescribeVpcs': { Vpcs: [{ VpcId: 'VpcId-1', CidrBlock: '10.0.0.0/16' }] },
  'ec2 DescribeSubnets': { Subnets: [{ VpcId: 'VpcId-1', SubnetId: 'SubnetId-1', CidrBlock: '10.0.1.0/24' }] },
  'ssm DescribeInstanceInformation': { InstanceInformationList: [{ InstanceId: 'i-0123456789abcdef0', PingStatus: 'Online' }] },
  'ssm GetDocument': { Content: '{}' },
  'pricing GetProducts': { PriceList: [] },
};

/** A world in which one operation answers so. `made`: whether the stack is there before it is deleted. */
function worldOf(struck: string, mode: Mode, made: boolean): (asked: Asked) => ReturnType<typeof writeReply> {
  let there = made;
  return ({ operation, model, name }) => {
    if (operation === 'cloudformation DeleteStack') there = false;
    // One that is pending is waited for, as long as it is.
    if (operation === struck) return writeReply(model, name, { ...replyOf(model, name, mode), ...(mode === 'hollow' && name === 'DescribeChangeSet' ? OF_A_LAB[operation] : {}), ...(mode === 'strange' ? STRANGE[operation] : {}) });
    if (operation === 'cloudformation DescribeStacks' && !there) return writeError(model, { status: 400, code: 'ValidationError', message: 'Stack with id x does not exist' });
    const gone = !made || there ? undefined : GONE[operation];
    return writeReply(model, name, { ...replyOf(model, name, 'full'), ...OF_A_LAB[operation], ...gone });
  };
}
/** What is strange of the lab's own instance. */
const STRANGE: Readonly<Record<string, { readonly [name: string]: Sample }>> = { 'ssm DescribeInstanceInformation': { InstanceInformationList: [{ InstanceId: 'i-0123456789abcdef0', PingStatus: OF_TOMORROW }] } };
/** After the deletion. */
const GONE: Readonly<Record<string, { readonly [name: string]: Sample }>> = {
  'ec2 DescribeInstances': { Reservations: [] }, 'ec2 DescribeAddresses': { Addresses: [] }, 'ec2 DescribeNatGateways': { NatGateways: [] }, 'ec2 DescribeVpcEndpoints': { VpcEndpoints: [] }, 'ec2 DescribeVolumes': { Volumes: [] },
  'ec2 DescribeVpcs': { Vpcs: [] }, 'ec2 DescribeKeyPairs': { KeyPairs: [] }, 'logs DescribeLogGroups': { logGroups: [] }, 'ssm DescribeInstanceInformation': { InstanceInformationList: [] },
};

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** What each shows, as text. */
const COMMANDS: Readonly<Record<string, { readonly made: boolean; readonly run: (target: Target) => Promise<unknown> }>> = {
  list: { made: true, run: async (target) => {
    const found = await takeInventory(target, 'x');
    return [listLines(found, { style, width: undefined, wide: true }), found, found.map(agentText)];
  } },
  snapshot: { made: true, run: (target) => readSnapshot(target, 'x') },
  sweep: { made: true, run: async (target) => {
    const swept = await sweep(target, ['ap-northeast-1']);
    return [sweepLines(swept, { style, now: Date.now() }), swept];
  } },
  'the look before': { made: false, run: async (target) => {
    const { findings, placement } = await preflight(preflightApi(target), { stack: 'x', region: 'ap-northeast-1', types: ['AWS::EC2::VPC', 'AWS::EC2::Instance', 'AWS::EC2::EIP', 'AWS::EC2::VPCEndpoint'], statements: [{ Sid: 'S', Effect: 'Allow', Action: ['ec2:CreateVpc'], Resource: '*' }], sshSourceCidr: async () => '192.0.2.1/32' });
    return [preflightLines(findings, { style }), placement, await pricesOf(target, ['t4g.nano'])];
  } },
  'deploy --dry-run': { made: false, run: async (target) => {
    const lines: string[] = [];
    const progress = deployProgress(style, new Map());
    const keyFile = join(folder, `lab-${labs++}`, 'key', 'id_ed25519');
    const options = {
      stack: 'x', keyFile, makeFolder: async () => void mkdirSync(join(keyFile, '../..'), { recursive: true }), pollSeconds: 0.001, pause, agentSeconds: 0.003,
      review: async ({ changes }: { readonly changes: Parameters<typeof planLines>[0] }) => (lines.push(...planLines(changes, style)), false),
    };
    for await (const event of deploy(stackApi(target), options)) lines.push(...progress(event));
    return lines;
  } },
  'deploy again': { made: true, run: async (target) => {
    const lines: string[] = [];
    const progress = deployProgress(style, new Map());
    const keyFile = join(folder, `lab-${labs++}`, 'key', 'id_ed25519');
    const options = { stack: 'x', keyFile, makeFolder: async () => void mkdirSync(join(keyFile, '../..'), { recursive: true }), pollSeconds: 0.001, pause, agentSeconds: 0.003, review: () => Promise.resolve(false) };
    for await (const event of deploy(stackApi(target), options)) lines.push(...progress(event));
    return lines;
  } },
  destroy: { made: true, run: async (target) => {
    const plan = await planDestroy(stackApi(target), 'x');
    const progress = destroyProgress(style, plan.resources);
    const end = { region: 'ap-northeast-1', stack: 'x' };
    const lines: string[] = [];
    for await (const event of destroy(stackApi(target), { stack: 'x', plan, pollSeconds: 0.0001, pause, dropExpiry: () => dropExpiry(expiryApi(target), end), expiryLeft: () => expiryLeft(expiryApi(target), end) })) lines.push(...progress(event));
    return lines;
  } },
};

const NONSENSE = /\bundefined\b|\bNaN\b|\[object |Invalid Date|"the change set "[^"]*" is ,/u;

async function show(command: string, struck: string, mode: Mode): Promise<string> {
  const { made, run } = COMMANDS[command] ?? { made: true, run: () => Promise.reject(new Error(`no ${command}`)) };
  server.answer = worldOf(struck, mode, made);
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`${command} does not end when ${struck} is ${mode}`)), 10_000)));
  try {
    return JSON.stringify(await Promise.race([run(server.target()), bound]));
  } catch (error) {
    if (!(error instanceof SsmlabError)) throw new Error(`${command}, ${struck} ${mode}: ${String(error)}`, { cause: error });
    return `${error.message} ${error.hint}`;
  } finally {
    clearTimeout(timer);
  }
}

describe.skipIf(without)(`commands${without ? `: ${NO_MODEL}` : ''}`, () => {
  it.each(Object.keys(COMMANDS))('%s', async (command) => {
    server.asked.length = 0;
    const plain = await show(command, 'none', 'full');
    expect(plain).not.toMatch(NONSENSE);
    const operations = [...new Set(server.asked.map(({ operation }) => operation))];
    expect(operations.length).toBeGreaterThan(4);
    for (const struck of operations) for (const mode of ['bare', 'hollow', 'strange'] as const) expect(await show(command, struck, mode), `${struck} ${mode}`).not.toMatch(NONSENSE);
  }, 120_000);

  it('take no value that they do not know for one that they know', async () => {
    // What the commands conclude from these, each from the values that are known of it.
    expect(await show('list', 'ssm DescribeInstanceInformation', 'strange')).toMatch(/"agent":"unknown"[\s\S]*the status of its agent is not one that ssmlab knows/u);
    expect(await show('snapshot', 'ssm DescribeInstanceInformation', 'strange')).toContain('"pingStatus":"Unknown"');
    expect(await show('snapshot', 'ec2 DescribeRouteTables', 'strange')).toContain(`which is ${OF_TOMORROW}`);
    expect(await show('snapshot', 'ec2 DescribeVpcEndpoints', 'strange')).toMatch(/"serviceName":"","state":"of-tomorrow","privateDnsEnabled":false|"privateDnsEnabled":false[^}]*"serviceName":""/u);
    expect(await show('snapshot', 'ec2 DescribeNatGateways', 'strange')).toMatch(/"natGatewayId":"NatGatewayId-1"[^}]*"state":"of-tomorrow"/u);
    expect(await show('snapshot', 'ec2 DescribeVpcBlockPublicAccessOptions', 'strange')).not.toContain('"mode":"off"');
    expect(await show('snapshot', 'ec2 DescribeNetworkInterfaces', 'strange')).toContain('"interfaceType":"unsupported"');
    expect(await show('the look before', 'ec2 DescribeVpcBlockPublicAccessOptions', 'strange')).toContain(`Block Public Access is \\"${OF_TOMORROW}\\"`);
    expect(await show('the look before', 'iam SimulatePrincipalPolicy', 'strange')).toMatch(/permissions +1 of 1 action is not allowed|IAM simulates users and roles/u);
    expect(await show('deploy --dry-run', 'cloudformation DescribeChangeSet', 'strange')).toMatch(/is of-tomorrow, and not ready/u);
    expect(await show('deploy again', 'cloudformation DescribeStacks', 'strange')).toMatch(/was not made by ssmlab|is in of-tomorrow/u);
  });
});
