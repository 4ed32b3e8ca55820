import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller, Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { createRegionCipher, makeCipherSecret } from '../../../../../src/cloud/keys/region-cipher.js';
import type { SessionRequest } from '../../../../../src/cloud/region.js';
import { endSession, endSessionsOfBefore, forgetInstance, images, publicParameter, ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { sessionLimits } from '../../../../../src/cloud/services/ssm/session-limits.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const REGION = 'ap-northeast-1';
const ACCOUNT = '123456789012';
const IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
const lab: Caller = { accountId: ACCOUNT, accessKeyId: 'A', arn: `arn:aws:iam::${ACCOUNT}:user/ssmlab`, userId: 'U', kind: 'lab' };
const id = (index: number): string => `i-${String(index).padStart(17, '0')}`;

const cipher = createRegionCipher(makeCipherSecret());

let memory: Memory;
let connected: Set<string>;
let sessions: SessionRequest[];
let now: number;

beforeEach(() => {
  memory = new Memory();
  connected = new Set();
  sessions = [];
  now = Date.UTC(2026, 10, 24);
});

function context(caller: Caller = lab): OperationContext {
  const wayIn = { tokenValue: 'token', streamUrl: 'ws://127.0.0.1:1/v1/data-channel/x' };
  return {
    region: REGION, accountId: ACCOUNT, caller, origin: { kind: 'loopback' }, requestId: 'r', state: memory.scope(REGION), globalState: memory.scope('aws-global'),
    runtime: {
      fabric: undefined as never, keys: undefined as never, cipher, endpointUrl: '', pace: 0,
      messages: {
        isConnected: (_region, instanceId) => connected.has(instanceId),
        openSession: (request) => {
          sessions.push(request);
          return wayIn;
        },
        resumeSession: (_region, sessionId) => (sessions.some((session) => session.sessionId === sessionId) ? wayIn : undefined),
        terminateSession: (_region, sessionId) => {
          const before = sessions.length;
          sessions = sessions.filter((session) => session.sessionId !== sessionId);
          return sessions.length < before;
        },
        listSessions: () => sessions.map(({ sessionId, target, owner }) => ({ sessionId, target, owner, startedAt: now, status: 'Connected' as const })),
      },
    },
    now: () => now,
    call: (service, operation, input) => {
      expect([service, operation, input]).toEqual(['ec2', 'DescribeInstances', { Filter: [{ Name: 'tag:Name', Value: ['two'] }] }]);
      return { reservationSet: [{ instancesSet: [{ instanceId: id(2) }] }] };
    },
  };
}

async function call(operation: string, input: Input = {}, caller?: Caller): Promise<Output> {
  const found = ssm.operations[operation];
  if (found === undefined) throw new Error(`no ${operation}`);
  try {
    return await found(input, context(caller));
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

const role = (instanceId: string): Caller => ({ ...lab, kind: 'role', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/lab-role/${instanceId}`, instanceId });

async function register(instanceId: string): Promise<void> {
  await call('UpdateInstanceInformation', { InstanceId: instanceId, AgentVersion: '3.3.4624.0', PlatformType: 'Linux', AgentName: 'amazon-ssm-agent' }, role(instanceId));
}

async function instances(input: Input = {}): Promise<Record<string, unknown>[]> {
  return (await call('DescribeInstanceInformation', input))['InstanceInformationList'] as Record<string, unknown>[];
}

it('has the public parameters of Amazon Linux 2023, stable and by region', async () => {
  const names = [IMAGE, IMAGE.replace('arm64', 'x86_64'), IMAGE.replace('default', '6.1'), IMAGE.replace('ami-kernel', 'ami-minimal-kernel')];
  const { Parameters, InvalidParameters } = await call('GetParameters', { Names: [...names, 'nope'] });
  expect(InvalidParameters).toEqual(['nope']);
  const values = (Parameters as { Value: string }[]).map((parameter) => parameter.Value);
  expect(new Set(values).size).toBe(4);
  for (const value of values) expect(value).toMatch(/^ami-[0-9a-f]{17}$/);
  expect(values.every((value) => images(REGION).some((image) => image.imageId === value))).toBe(true);
  expect(publicParameter(REGION, IMAGE)?.value).toBe(publicParameter(REGION, IMAGE.replace('default', '6.18'))?.value);
  expect(publicParameter('us-east-1', IMAGE)?.value).not.toBe(values[0]);
  expect(publicParameter(REGION, IMAGE)?.arn).toBe(`arn:aws:ssm:${REGION}::parameter${IMAGE}`);
  expect(publicParameter(REGION, `${IMAGE}x`)).toBeUndefined();
});

it('stores, overwrites, selects and deletes parameters', async () => {
  expect(await call('PutParameter', { Name: '/lab/a', Value: '1', Type: 'String' })).toEqual({ Version: 1, Tier: 'Standard' });
  await expect(call('PutParameter', { Name: '/lab/a', Value: '2', Type: 'String' })).rejects.toMatchObject({ code: 'ParameterAlreadyExists' });
  expect(await call('PutParameter', { Name: '/lab/a', Value: '2', Overwrite: true })).toEqual({ Version: 2, Tier: 'Standard' });
  expect(await call('GetParameter', { Name: '/lab/a:2' })).toMatchObject({ Parameter: { Name: '/lab/a', Value: '2', Version: 2, Selector: ':2', ARN: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/lab/a` } });
  expect(await call('GetParameter', { Name: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/lab/a` })).toMatchObject({ Parameter: { Value: '2' } });
  expect(await call('GetParameter', { Name: '/lab/a:1' })).toMatchObject({ Parameter: { Value: '1', Version: 1 } });
  await expect(call('GetParameter', { Name: '/lab/a:3' })).rejects.toMatchObject({ code: 'ParameterVersionNotFound' });
  await call('PutParameter', { Name: '/lab/b/c', Value: 'x', Type: 'StringList' });
  const under = async (recursive: boolean): Promise<unknown[]> => (await call('GetParametersByPath', { Path: '/lab', Recursive: recursive }))['Parameters'] as unknown[];
  expect([(await under(false)).length, (await under(true)).length]).toEqual([1, 2]);
  expect((await call('DescribeParameters', { ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/lab/b'] }] }))['Parameters']).toMatchObject([{ Name: '/lab/b/c' }]);
  expect(await call('DeleteParameter', { Name: '/lab/a' })).toEqual({});
  await expect(call('GetParameter', { Name: '/lab/a' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
});

it.each<[string, Input, string]>([
  ['GetParameter', {}, 'ValidationException'],
  ['GetParameter', { Name: 7 }, 'SerializationException'],
  ['GetParameters', { Names: Array.from({ length: 11 }, () => 'a') }, 'ValidationException'],
  ['GetParametersByPath', { Path: 'lab' }, 'ValidationException'],
  ['GetParametersByPath', { Path: '/', NextToken: 'made-up' }, 'InvalidNextToken'],
  ['PutParameter', { Name: 'a', Value: 'b' }, 'ValidationException'],
  ['PutParameter', { Name: '/aws/x', Value: 'b', Type: 'String' }, 'AccessDeniedException'],
  ['PutParameter', { Name: 'a/b', Value: 'b', Type: 'String' }, 'ValidationException'],
  ['PutParameter', { Name: 'a', Value: 'b', Type: 'SecureString', KeyId: 'alias/mine' }, 'InvalidKeyId'],
  ['PutParameter', { Name: 'a', Value: 'b', Type: 'String', Policies: '[]' }, 'InvalidPolicyTypeException'],
  ['PutParameter', { Name: 'a', Value: 'b', Type: 'String', DataType: 'aws:ssm:integration' }, 'ValidationException'],
  ['PutParameter', { Name: 'a', Value: 'b', Type: 'String', Overwrite: true, Tags: [{ Key: 'k', Value: 'v' }] }, 'ValidationException'],
  ['PutParameter', { Name: 'a', Value: 'b', Type: 'String', AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
  ['PutParameter', { Name: 'a', Value: 'a'.repeat(60), Type: 'String', AllowedPattern: '^(a+)+b$' }, 'InvalidAllowedPatternException'],
  ['GetParameterHistory', { Name: 'nope' }, 'ParameterNotFound'],
  ['LabelParameterVersion', { Name: 'nope', Labels: ['a'] }, 'ParameterNotFound'],
  ['UnlabelParameterVersion', { Name: 'nope', Labels: ['a'] }, 'ValidationException'],
  ['AddTagsToResource', { ResourceType: 'Parameter', ResourceId: 'nope', Tags: [{ Key: 'k', Value: 'v' }] }, 'InvalidResourceId'],
  ['ListTagsForResource', { ResourceType: 'Document', ResourceId: 'nope' }, 'InvalidResourceType'],
  ['DescribeParameters', { ParameterFilters: [{ Key: 'Label', Values: ['a'] }] }, 'InvalidFilterKey'],
  ['DescribeParameters', { ParameterFilters: [{ Key: 'Type', Values: ['Nope'] }] }, 'InvalidFilterValue'],
  ['DescribeParameters', { ParameterFilters: [{ Key: 'Path', Option: 'Equals', Values: ['/'] }] }, 'InvalidFilterOption'],
  ['DescribeParameters', { ParameterFilters: [{ Key: 'Name', Values: ['a'] }, { Key: 'Name', Values: ['b'] }] }, 'InvalidFilterKey'],
  ['GetParametersByPath', { Path: '/', ParameterFilters: [{ Key: 'Name', Values: ['a'] }] }, 'InvalidFilterKey'],
  ['PutParameter', { Name: 'a', Value: 'b', Type: 'String', AllowedPattern: '^c$' }, 'ParameterPatternMismatchException'],
  ['PutParameter', { Name: 'a', Value: 'x'.repeat(4097), Type: 'String' }, 'ValidationException'],
  ['DeleteParameter', { Name: IMAGE }, 'ParameterNotFound'],
  ['DescribeInstanceInformation', { MaxResults: 4 }, 'ValidationException'],
  ['DescribeInstanceInformation', { MaxResults: 51 }, 'ValidationException'],
  ['DescribeInstanceInformation', { NextToken: 'made-up' }, 'InvalidNextToken'],
  ['DescribeInstanceInformation', { Filters: [{ Key: 'Nope', Values: ['a'] }] }, 'InvalidFilterKey'],
  ['DescribeInstanceInformation', { Filters: [{ Key: 'InstanceIds', Values: ['i-xyz'] }] }, 'InvalidInstanceId'],
  ['StartSession', { Target: id(1) }, 'TargetNotConnected'],
  ['StartSession', { Target: id(1), DocumentName: 'Nope' }, 'InvalidDocument'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartPortForwardingSessionToSocket' }, 'InvalidParameters'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartPortForwardingSessionToSocket', Parameters: { localUnixSocket: ['/tmp/a\nb'] } }, 'InvalidParameters'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartNonInteractiveCommand' }, 'InvalidParameters'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartNonInteractiveCommand', Parameters: { command: ['a'], x: ['b'] } }, 'InvalidParameters'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartNonInteractiveCommand', Parameters: { command: ['a'], separateOutputStream: ['yes'] } }, 'InvalidParameters'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartNonInteractiveCommand', Parameters: { command: ['a'], stdOutSeparatorPrefix: ['$(x)'] } }, 'InvalidParameters'],
  ['StartSession', { Target: id(1), DocumentName: 'AWS-StartNonInteractiveCommand', Parameters: { command: ['a', 'b'] } }, 'InvalidParameters'],
  ['ResumeSession', { SessionId: 'nobody' }, 'DoesNotExistException'],
  ['DescribeSessions', { State: 'Old' }, 'ValidationException'],
  ['GetDocument', { Name: 'AWS-RunPatchBaseline' }, 'InvalidDocument'],
  ['GetDocument', { Name: 'AWS-StartInteractiveCommand', DocumentVersion: '9' }, 'InvalidDocumentVersion'],
  ['UpdateInstanceInformation', { InstanceId: id(1), AgentVersion: '3.3.0.0' }, 'AccessDeniedException'],
])('%s %j is refused with %s', async (operation, input, code) => {
  await expect(call(operation, input)).rejects.toMatchObject({ code });
});

it('says that an instance is online only while a report and a channel are there', async () => {
  connected.add(id(1));
  expect(await instances()).toEqual([]);
  await register(id(2));
  expect(await instances()).toMatchObject([{ InstanceId: id(2), PingStatus: 'ConnectionLost', ResourceType: 'EC2Instance' }]);
  await register(id(1));
  expect(await instances({ Filters: [{ Key: 'PingStatus', Values: ['Online'] }] })).toMatchObject([{ InstanceId: id(1) }]);
  expect(await instances({ InstanceInformationFilterList: [{ key: 'InstanceIds', valueSet: [id(2), id(9)] }] })).toMatchObject([{ InstanceId: id(2) }]);
  expect(await instances({ Filters: [{ Key: 'tag:Name', Values: ['two'] }] })).toMatchObject([{ InstanceId: id(2) }]);
  connected.delete(id(1));
  expect(await instances({ Filters: [{ Key: 'PingStatus', Values: ['Online'] }] })).toEqual([]);
  forgetInstance(memory.scope(REGION), id(1));
  expect(await instances()).toHaveLength(1);
});

it('takes a report only from the instance itself', async () => {
  await expect(call('UpdateInstanceInformation', { InstanceId: id(1), AgentVersion: '3.3.0.0' }, role(id(2)))).rejects.toMatchObject({ code: 'AccessDeniedException' });
  expect(await instances()).toEqual([]);
});

it('pages through the instances', async () => {
  for (let index = 1; index <= 12; index += 1) await register(id(index));
  const seen: unknown[] = [];
  let token: unknown;
  let pages = 0;
  do {
    const output = await call('DescribeInstanceInformation', { MaxResults: 5, ...(token === undefined ? {} : { NextToken: token }) });
    seen.push(...(output['InstanceInformationList'] as { InstanceId: string }[]).map((item) => item.InstanceId));
    token = output['NextToken'];
    pages += 1;
  } while (token !== undefined);
  expect([pages, seen]).toEqual([3, Array.from({ length: 12 }, (_, index) => id(index + 1))]);
});

it('starts, resumes, lists and ends sessions', async () => {
  connected.add(id(2));
  expect(await call('GetConnectionStatus', { Target: id(2) })).toEqual({ Target: id(2), Status: 'connected' });
  expect(await call('GetConnectionStatus', { Target: id(3) })).toEqual({ Target: id(3), Status: 'notconnected' });
  const { SessionId } = await call('StartSession', { Target: id(2), Reason: 'look' }) as { SessionId: string };
  expect(SessionId).toMatch(/^ssmlab-[0-9a-f]{17}$/);
  expect(sessions[0]).toMatchObject({ documentName: 'SSM-SessionManagerRunShell', target: id(2), owner: lab.arn, document: { sessionType: 'Standard_Stream' } });
  expect(await call('ResumeSession', { SessionId })).toEqual({ SessionId, TokenValue: 'token', StreamUrl: 'ws://127.0.0.1:1/v1/data-channel/x' });
  expect(await call('DescribeSessions', { State: 'Active' })).toMatchObject({ Sessions: [{ SessionId, Status: 'Connected', Reason: 'look', Owner: lab.arn }] });
  expect(await call('TerminateSession', { SessionId })).toEqual({ SessionId });
  expect(await call('ResumeSession', { SessionId })).toEqual({ SessionId });
  expect(await call('DescribeSessions', { State: 'Active' })).toMatchObject({ Sessions: [] });
  expect(await call('DescribeSessions', { State: 'History', Filters: [{ key: 'Target', value: id(2) }] })).toMatchObject({ Sessions: [{ SessionId, Status: 'Terminated', EndDate: new Date(now) }] });
  expect(await call('DescribeSessions', { State: 'History', Filters: [{ key: 'Target', value: id(3) }] })).toMatchObject({ Sessions: [] });
  expect(await call('TerminateSession', { SessionId: 'unknown' })).toEqual({ SessionId: 'unknown' });
});

it('takes ports that are ports, and hosts that no shell would misread', async () => {
  connected.add(id(2));
  const start = (DocumentName: string, Parameters: Record<string, string[]>) => call('StartSession', { Target: id(2), DocumentName, Parameters });
  await start('AWS-StartPortForwardingSession', { portNumber: ['65535'], localPortNumber: ['0'] });
  await start('AWS-StartPortForwardingSessionToRemoteHost', { host: ['db.internal'], portNumber: ['5432'], localPortNumber: ['9999'] });
  await start('AWS-StartSSHSession', {});
  expect(sessions.map(({ parameters }) => parameters)).toEqual([
    { portNumber: ['65535'], localPortNumber: ['0'] }, { host: ['db.internal'], portNumber: ['5432'], localPortNumber: ['9999'] }, {},
  ]);
  for (const port of ['0', '65536', '08', '1e3', '']) await expect(start('AWS-StartSSHSession', { portNumber: [port] }), port).rejects.toThrow();
  for (const host of ['a;b', '$(id)', 'x']) await expect(start('AWS-StartPortForwardingSessionToRemoteHost', { host: [host] }), host).rejects.toMatchObject({ code: 'InvalidParameters' });
  await expect(start('AWS-StartSSHSession', { host: ['db.internal'] })).rejects.toMatchObject({ code: 'InvalidParameters' });
});

it('notes at a start that the sessions of before have ended', async () => {
  connected.add(id(2));
  const { SessionId } = await call('StartSession', { Target: id(2) }) as { SessionId: string };
  sessions = [];
  endSessionsOfBefore(memory.scope(REGION), now);
  expect(await call('DescribeSessions', { State: 'History' })).toMatchObject({ Sessions: [{ SessionId, EndDate: new Date(now) }] });
});

it('reads a session\'s limits from its inputs', () => {
  expect(sessionLimits({})).toEqual({ idleTimeoutMs: 1_200_000, maxDurationMs: undefined });
  expect(sessionLimits({ idleSessionTimeout: '1', maxSessionDuration: '90' })).toEqual({ idleTimeoutMs: 60_000, maxDurationMs: 5_400_000 });
  expect(sessionLimits({ idleSessionTimeout: '', maxSessionDuration: '' })).toEqual({ idleTimeoutMs: 1_200_000, maxDurationMs: undefined });
});

it('does not let the history of sessions grow without end', async () => {
  connected.add(id(2));
  for (let index = 0; index < 520; index += 1) {
    const { SessionId } = await call('StartSession', { Target: id(2) }) as { SessionId: string };
    endSession(memory.scope(REGION), SessionId, now);
  }
  sessions = [];
  let count = 0;
  let token: unknown;
  do {
    const output = await call('DescribeSessions', { State: 'History', MaxResults: 200, ...(token === undefined ? {} : { NextToken: token }) });
    count += (output['Sessions'] as unknown[]).length;
    token = output['NextToken'];
  } while (token !== undefined);
  expect(count).toBeLessThanOrEqual(501);
});

it('shows its documents', async () => {
  const listed = (await call('ListDocuments', { Filters: [{ Key: 'Owner', Values: ['Amazon'] }] }))['DocumentIdentifiers'] as { Name: string }[];
  expect(listed.map((document) => document.Name)).toEqual([
    'AWS-RunShellScript', 'AWS-StartInteractiveCommand', 'AWS-StartNonInteractiveCommand', 'AWS-StartPortForwardingSession', 'AWS-StartPortForwardingSessionToRemoteHost',
    'AWS-StartPortForwardingSessionToSocket', 'AWS-StartSSHSession',
  ]);
  const document = JSON.parse((await call('GetDocument', { Name: 'AWS-StartNonInteractiveCommand' }))['Content'] as string) as { sessionType: string };
  expect(document.sessionType).toBe('NonInteractiveCommands');
  expect(await call('DescribeDocument', { Name: 'AWS-StartInteractiveCommand' })).toMatchObject({ Document: { DocumentType: 'Session', Parameters: [{ Name: 'command' }] } });
});

describe('Parameter Store', () => {
  it('keeps a SecureString sealed, and opens it for whoever asks with decryption', async () => {
    await call('PutParameter', { Name: '/lab/secret', Value: 'the word', Type: 'SecureString' });
    await call('PutParameter', { Name: '/lab/secret', Value: 'another word', Overwrite: true });
    expect(JSON.stringify([...memory.entries()])).not.toContain('word');
    const value = async (Name: string, WithDecryption: boolean): Promise<string> => ((await call('GetParameter', { Name, WithDecryption }))['Parameter'] as { Value: string }).Value;
    expect([await value('/lab/secret', true), await value('/lab/secret:1', true)]).toEqual(['another word', 'the word']);
    expect(await value('/lab/secret', false)).not.toContain('word');
    expect(await call('GetParametersByPath', { Path: '/lab', WithDecryption: true })).toMatchObject({ Parameters: [{ Value: 'another word', Type: 'SecureString' }] });
    expect(await call('DescribeParameters', { ParameterFilters: [{ Key: 'KeyId', Values: ['alias/aws/ssm'] }] })).toMatchObject({ Parameters: [{ Name: '/lab/secret', KeyId: 'alias/aws/ssm' }] });
    await expect(call('PutParameter', { Name: '/lab/secret', Value: 'x', Type: 'String', Overwrite: true })).rejects.toMatchObject({ code: 'HierarchyTypeMismatchException' });
  });

  it('binds a sealed value to its parameter, version and region', () => {
    const sealed = cipher.seal(REGION, 'word', 'arn:a:1');
    expect(cipher.open(REGION, sealed, 'arn:a:1')).toBe('word');
    expect(() => cipher.open(REGION, sealed, 'arn:a:2')).toThrow();
    expect(() => cipher.open('us-east-1', sealed, 'arn:a:1')).toThrow();
    expect(() => createRegionCipher(makeCipherSecret()).open(REGION, sealed, 'arn:a:1')).toThrow();
    expect(() => cipher.open(REGION, 'AQ==', 'arn:a:1')).toThrow('not a value');
  });

  it('remembers a hundred versions, and holds the oldest by its label', async () => {
    await call('PutParameter', { Name: 'p', Value: '1', Type: 'String', Description: 'first' });
    for (let version = 2; version <= 101; version++) await call('PutParameter', { Name: 'p', Value: String(version), Overwrite: true });
    const first = await call('GetParameterHistory', { Name: 'p' }) as { Parameters: { Version: number }[]; NextToken: string };
    const second = await call('GetParameterHistory', { Name: 'p', NextToken: first.NextToken }) as { Parameters: { Version: number; Value: string }[] };
    expect([...first.Parameters, ...second.Parameters].map((parameter) => parameter.Version)).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
    expect(second.Parameters.at(-1)).toMatchObject({ Value: '101', Description: 'first', Tier: 'Standard', DataType: 'text' });
    expect(await call('LabelParameterVersion', { Name: 'p', ParameterVersion: 2, Labels: ['live', '1st', 'awsome'] })).toEqual({ InvalidLabels: ['1st', 'awsome'], ParameterVersion: 2 });
    await expect(call('PutParameter', { Name: 'p', Value: 'x', Overwrite: true })).rejects.toMatchObject({ code: 'ParameterMaxVersionLimitExceeded' });
    expect(await call('GetParameter', { Name: 'p:live' })).toMatchObject({ Parameter: { Value: '2', Selector: ':live' } });
    // Moves to the latest; then the oldest may go.
    expect(await call('LabelParameterVersion', { Name: 'p', Labels: ['live'] })).toEqual({ InvalidLabels: [], ParameterVersion: 101 });
    expect(await call('PutParameter', { Name: 'p', Value: 'x', Overwrite: true })).toEqual({ Version: 102, Tier: 'Standard' });
    expect(await call('GetParameter', { Name: 'p:live' })).toMatchObject({ Parameter: { Value: '101' } });
    expect(await call('UnlabelParameterVersion', { Name: 'p', ParameterVersion: 101, Labels: ['live', 'other'] })).toEqual({ RemovedLabels: ['live'], InvalidLabels: ['other'] });
    await expect(call('GetParameter', { Name: 'p:live' })).rejects.toMatchObject({ code: 'ParameterVersionNotFound' });
    expect(await call('DeleteParameters', { Names: ['p', 'q'] })).toEqual({ DeletedParameters: ['p'], InvalidParameters: ['q'] });
    expect([...memory.entries()]).toEqual([]);
  });

  it('finds parameters by tag, path, type and label', async () => {
    await call('PutParameter', { Name: '/a/one', Value: '1', Type: 'String', Tags: [{ Key: 'stage', Value: 'live' }] });
    await call('PutParameter', { Name: '/a/b/two', Value: '1,2', Type: 'StringList', Tier: 'Advanced' });
    await call('PutParameter', { Name: '/a/one', Value: '2', Overwrite: true });
    await call('LabelParameterVersion', { Name: '/a/one', ParameterVersion: 1, Labels: ['old'] });
    const names = async (operation: string, input: Input): Promise<unknown[]> => ((await call(operation, input))['Parameters'] as { Name: string; Value?: string }[]).map((parameter) => parameter.Name + (parameter.Value === undefined ? '' : `=${parameter.Value}`));
    const described = (Key: string, Values?: string[], Option?: string) => names('DescribeParameters', { ParameterFilters: [{ Key, Values, Option }] });
    expect(await described('tag:stage')).toEqual(['/a/one']);
    expect(await described('tag:stage', ['dead'])).toEqual([]);
    expect(await described('Path', ['/a'])).toEqual(['/a/one']);
    expect(await described('Path', ['/a'], 'Recursive')).toEqual(['/a/b/two', '/a/one']);
    expect(await described('Name', ['two'], 'Contains')).toEqual(['/a/b/two']);
    expect(await described('Tier', ['Advanced'])).toEqual(['/a/b/two']);
    expect(await names('GetParametersByPath', { Path: '/a', Recursive: true, ParameterFilters: [{ Key: 'Label', Values: ['old'] }] })).toEqual(['/a/one=1']);
    expect(await names('GetParametersByPath', { Path: '/a', Recursive: true, ParameterFilters: [{ Key: 'Type', Option: 'BeginsWith', Values: ['StringL'] }] })).toEqual(['/a/b/two=1,2']);
    await call('AddTagsToResource', { ResourceType: 'Parameter', ResourceId: '/a/one', Tags: [{ Key: 'stage', Value: 'dead' }, { Key: 'x', Value: '' }] });
    await call('RemoveTagsFromResource', { ResourceType: 'Parameter', ResourceId: '/a/one', TagKeys: ['x'] });
    expect(await call('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: '/a/one' })).toEqual({ TagList: [{ Key: 'stage', Value: 'dead' }] });
  });
});
