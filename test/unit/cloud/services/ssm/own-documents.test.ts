import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import type { SessionRequest } from '../../../../../src/cloud/region.js';
import { deliveryRound, ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { INSTANCES } from '../../../../../src/cloud/services/ssm/records.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const ACCOUNT = '123456789012';
const INSTANCE = 'i-00000000000000001';
const PREFERENCES = 'SSM-SessionManagerRunShell';

let context: OperationContext;
let opened: SessionRequest[];
let now: number;

beforeEach(() => {
  const memory = new Memory();
  opened = [];
  now = Date.UTC(2026, 10, 25);
  context = {
    region: 'ap-northeast-1', accountId: ACCOUNT, caller: { accountId: ACCOUNT, accessKeyId: 'A', arn: `arn:aws:iam::${ACCOUNT}:user/ssmlab`, userId: 'U', kind: 'lab' }, origin: { kind: 'loopback' }, requestId: 'r',
    state: memory.scope('ap-northeast-1'), globalState: memory.scope('aws-global'),
    runtime: { messages: { isConnected: () => true, listSessions: () => [], openSession: (request: SessionRequest) => (opened.push(request), { tokenValue: 't', streamUrl: 'ws://127.0.0.1:1/' }) } } as unknown as OperationContext['runtime'],
    now: () => now,
    call: () => ({}),
  };
  context.state.transact((tx) => tx.put(INSTANCES, INSTANCE, { instanceId: INSTANCE, agentName: 'amazon-ssm-agent', agentVersion: '3.3.4624.0', platformType: 'Linux', registered: now, lastPing: now }));
});

async function call(operation: string, input: Input = {}): Promise<Output> {
  const found = ssm.operations[operation];
  if (found === undefined) throw new Error(`no ${operation}`);
  try {
    return await found(input, context);
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

const shell = (inputs: object = {}): string => JSON.stringify({ schemaVersion: '1.0', sessionType: 'Standard_Stream', inputs });
const create = (Name: string, Content: string, more: Input = {}): Promise<Output> => call('CreateDocument', { Name, Content, DocumentType: 'Session', ...more });
const start = async (DocumentName?: string): Promise<SessionRequest> => {
  await call('StartSession', { Target: INSTANCE, ...(DocumentName === undefined ? {} : { DocumentName }) });
  const request = opened.at(-1);
  if (request === undefined) throw new Error('no session');
  return request;
};

describe('a document of one\'s own', () => {
  it('is made, told, versioned, chosen and deleted', async () => {
    expect(await create('Mine', shell({ idleSessionTimeout: '5' }), { VersionName: 'first', DisplayName: 'mine', Tags: [{ Key: 'a', Value: 'b' }] })).toMatchObject({ DocumentDescription: { Name: 'Mine', Owner: ACCOUNT, DocumentVersion: '1', Status: 'Creating', DocumentType: 'Session', HashType: 'Sha256', Tags: [{ Key: 'a', Value: 'b' }] } });
    await expect(create('Mine', shell())).rejects.toMatchObject({ code: 'DocumentAlreadyExists' });
    now += 1000;
    expect(await call('UpdateDocument', { Name: 'Mine', Content: shell({ idleSessionTimeout: '6' }), DocumentVersion: '$LATEST' })).toMatchObject({ DocumentDescription: { DocumentVersion: '2', LatestVersion: '2', DefaultVersion: '1' } });
    expect((await start('Mine')).idleTimeoutMs).toBe(300_000);
    expect(await call('UpdateDocumentDefaultVersion', { Name: 'Mine', DocumentVersion: '2' })).toMatchObject({ Description: { Name: 'Mine', DefaultVersion: '2' } });
    expect((await start('Mine')).idleTimeoutMs).toBe(360_000);
    expect(await call('ListDocumentVersions', { Name: 'Mine' })).toMatchObject({ DocumentVersions: [{ DocumentVersion: '2', IsDefaultVersion: true, CreatedDate: new Date(now) }, { DocumentVersion: '1', VersionName: 'first', IsDefaultVersion: false }] });
    expect(await call('GetDocument', { Name: 'Mine', VersionName: 'first' })).toMatchObject({ Content: shell({ idleSessionTimeout: '5' }), DocumentVersion: '1' });
    expect(await call('ListDocuments', { Filters: [{ Key: 'Owner', Values: ['Self'] }] })).toMatchObject({ DocumentIdentifiers: [{ Name: 'Mine', DocumentVersion: '2' }, { Name: PREFERENCES }] });
    await expect(call('DeleteDocument', { Name: 'Mine', DocumentVersion: '2' })).rejects.toMatchObject({ code: 'InvalidDocumentOperation' });
    await call('DeleteDocument', { Name: 'Mine', DocumentVersion: '1' });
    expect((await call('ListDocumentVersions', { Name: 'Mine' }))['DocumentVersions']).toHaveLength(1);
    await call('DeleteDocument', { Name: 'Mine' });
    await expect(call('DescribeDocument', { Name: 'Mine' })).rejects.toMatchObject({ code: 'InvalidDocument' });
  });

  it('may be YAML, and is given in either format', async () => {
    const Content = 'schemaVersion: "1.0"\nsessionType: InteractiveCommands\nparameters:\n  word:\n    type: String\n    default: hello\nproperties:\n  linux:\n    commands: echo {{ word }}\n';
    await create('Yaml', Content, { DocumentFormat: 'YAML' });
    expect(await call('GetDocument', { Name: 'Yaml', DocumentFormat: 'YAML' })).toMatchObject({ Content });
    const { Content: json } = (await call('GetDocument', { Name: 'Yaml' })) as { Content: string };
    expect(JSON.parse(json)).toMatchObject({ sessionType: 'InteractiveCommands', properties: { linux: { commands: 'echo {{ word }}' } } });
    expect(await start('Yaml')).toMatchObject({ documentName: 'Yaml', document: { sessionType: 'InteractiveCommands' } });
  });

  it('is known by its ARN', async () => {
    await create('Mine', shell());
    expect(await start(`arn:aws:ssm:ap-northeast-1:${ACCOUNT}:document/Mine`)).toMatchObject({ documentName: 'Mine' });
  });
});

describe('the preferences', () => {
  it('are there before anybody wrote them, and in force once they are', async () => {
    expect(await start()).toMatchObject({ documentName: PREFERENCES, idleTimeoutMs: 1_200_000 });
    expect(await call('UpdateDocument', { Name: PREFERENCES, Content: shell({ idleSessionTimeout: '7', runAsEnabled: true, runAsDefaultUser: 'ec2-user' }), DocumentVersion: '$LATEST' })).toMatchObject({ DocumentDescription: { DocumentVersion: '2', DefaultVersion: '2' } });
    expect(await start()).toMatchObject({ idleTimeoutMs: 420_000, document: { inputs: { runAsEnabled: true, runAsDefaultUser: 'ec2-user' } } });
    // A document without inputs of its own goes by them too.
    expect(await start('AWS-StartSSHSession')).toMatchObject({ idleTimeoutMs: 420_000, document: { sessionType: 'Port', inputs: { runAsDefaultUser: 'ec2-user' } } });
  });

  it('may be created as in a fresh account', async () => {
    await create(PREFERENCES, shell({ idleSessionTimeout: '9' }));
    expect((await start()).idleTimeoutMs).toBe(540_000);
    await call('DeleteDocument', { Name: PREFERENCES });
    expect((await start()).idleTimeoutMs).toBe(1_200_000);
  });
});

it('command documents are sent as they were at that moment, and report by step', async () => {
  const steps = [{ action: 'aws:runShellScript', name: 'first', inputs: { runCommand: ['true'] } }, { action: 'aws:runShellScript', name: 'second', inputs: { runCommand: ['echo {{ word }}'] } }];
  await call('CreateDocument', { Name: 'Steps', DocumentType: 'Command', Content: JSON.stringify({ schemaVersion: '2.2', parameters: { word: { type: 'String', default: 'w' } }, mainSteps: steps }) });
  await expect(call('StartSession', { Target: INSTANCE, DocumentName: 'Steps' })).rejects.toMatchObject({ code: 'InvalidDocument' });
  await expect(call('SendCommand', { DocumentName: PREFERENCES, InstanceIds: [INSTANCE] })).rejects.toMatchObject({ code: 'InvalidDocument' });
  const { Command } = (await call('SendCommand', { DocumentName: 'Steps', InstanceIds: [INSTANCE], DocumentVersion: '1' })) as { Command: { CommandId: string } };
  await call('DeleteDocument', { Name: 'Steps' });
  expect(deliveryRound(context.state, now, () => true).jobs).toMatchObject([{ content: { DocumentName: 'Steps', DocumentContent: { mainSteps: steps }, Parameters: { word: 'w' } } }]);
  const invocation = { CommandId: Command.CommandId, InstanceId: INSTANCE };
  await expect(call('GetCommandInvocation', invocation)).rejects.toMatchObject({ code: 'InvalidPluginName', message: expect.stringContaining('first, second') as string });
  expect(await call('GetCommandInvocation', { ...invocation, PluginName: 'second' })).toMatchObject({ DocumentVersion: '1', PluginName: 'second' });
});

describe('refused', () => {
  it.each([
    ['not JSON', '{', {}, 'InvalidDocumentContent'],
    ['aliases', 'a: &a [1]\nb: *a\n', { DocumentFormat: 'YAML' }, 'InvalidDocumentContent'],
    ['__proto__', '{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"__proto__":{}}}', {}, 'InvalidDocumentContent'],
    ['another schema', JSON.stringify({ schemaVersion: '0.3' }), {}, 'InvalidDocumentSchemaVersion'],
    ['an unknown session type', JSON.stringify({ schemaVersion: '1.0', sessionType: 'Voice' }), {}, 'InvalidDocumentContent'],
    ['logs', shell({ s3BucketName: 'bucket' }), {}, 'InvalidDocumentContent'],
    ['a long idle time', shell({ idleSessionTimeout: '61' }), {}, 'InvalidDocumentContent'],
    ['an unknown input', shell({ color: 'red' }), {}, 'InvalidDocumentContent'],
    ['65 KB', shell({ runAsDefaultUser: 'x'.repeat(65 * 1024) }), {}, 'MaxDocumentSizeExceeded'],
    ['another plugin', JSON.stringify({ schemaVersion: '2.2', mainSteps: [{ action: 'aws:downloadContent', name: 'a', inputs: {} }] }), { DocumentType: 'Command' }, 'InvalidDocumentContent'],
    ['steps of one name', JSON.stringify({ schemaVersion: '2.2', mainSteps: [1, 2].map(() => ({ action: 'aws:runShellScript', name: 'a', inputs: {} })) }), { DocumentType: 'Command' }, 'InvalidDocumentContent'],
    ['another type', '{}', { DocumentType: 'Automation' }, 'ValidationException'],
    ['a reserved name', shell(), { Name: 'AWS-Mine' }, 'ValidationException'],
  ])('%s', async (_what, content, more, code) => {
    await expect(create('Mine', content, more)).rejects.toMatchObject({ code });
    expect((await call('ListDocuments', { Filters: [{ Key: 'Owner', Values: ['Self'] }] }))['DocumentIdentifiers']).toHaveLength(1);
  });

  it('a value on which its pattern backtracks for ever', async () => {
    await create('Slow', JSON.stringify({ schemaVersion: '1.0', sessionType: 'InteractiveCommands', parameters: { word: { type: 'String', allowedPattern: '^(a+)+b$' } }, properties: { linux: { commands: 'echo {{ word }}' } } }));
    await expect(call('StartSession', { Target: INSTANCE, DocumentName: 'Slow', Parameters: { word: ['a'.repeat(60)] } })).rejects.toMatchObject({ code: 'InvalidParameters', message: expect.stringContaining('takes too long') as string });
  });

  it('changes of what is Amazon\'s, the same content again, and versions that are not there', async () => {
    await create('Mine', shell());
    const update = (input: Input): Promise<Output> => call('UpdateDocument', { Name: 'Mine', Content: shell({ idleSessionTimeout: '2' }), ...input });
    await expect(update({ Name: 'AWS-RunShellScript' })).rejects.toMatchObject({ code: 'InvalidDocumentOperation' });
    await expect(update({ Content: shell() })).rejects.toMatchObject({ code: 'DuplicateDocumentContent' });
    await expect(update({ DocumentVersion: '7' })).rejects.toMatchObject({ code: 'InvalidDocumentVersion' });
    await expect(update({ Name: 'Nope' })).rejects.toMatchObject({ code: 'InvalidDocument' });
    await expect(call('DeleteDocument', { Name: 'AWS-RunShellScript' })).rejects.toMatchObject({ code: 'InvalidDocumentOperation' });
    await expect(call('UpdateDocumentDefaultVersion', { Name: 'Mine', DocumentVersion: '2' })).rejects.toMatchObject({ code: 'InvalidDocumentVersion' });
  });
});
