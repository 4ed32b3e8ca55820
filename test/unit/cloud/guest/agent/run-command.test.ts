import { afterEach, expect, it, vi } from 'vitest';
import type { Input } from '../../../../../src/cloud/endpoint/operation.js';
import { CommandDocumentError, readCommand } from '../../../../../src/cloud/guest/agent/command-document.js';
import type { JsonObject } from '../../../../../src/lib/protocol/json-payload.js';
import { type FakeProcess, INSTANCE, SmallRegion } from './small-region.js';

let region: SmallRegion | undefined;
afterEach(() => region?.stop());

const wait = { timeout: 8000, interval: 10 };

async function online(): Promise<SmallRegion> {
  const started = await SmallRegion.start();
  region = started;
  started.agent();
  await vi.waitFor(() => expect(started.connected).toBe(true), wait);
  return started;
}

async function send(at: SmallRegion, Parameters: Input): Promise<{ readonly commandId: string; readonly process: () => Promise<FakeProcess>; readonly state: () => Promise<unknown> }> {
  const before = at.processes.length;
  const { CommandId: commandId } = (await at.call('SendCommand', { DocumentName: 'AWS-RunShellScript', InstanceIds: [INSTANCE], Parameters }))['Command'] as { CommandId: string };
  return {
    commandId,
    process: async () => {
      await vi.waitFor(() => expect(at.processes.length).toBe(before + 1), wait);
      const found = at.processes[before];
      if (found === undefined) throw new Error('no process');
      return found;
    },
    state: () => at.call('GetCommandInvocation', { CommandId: commandId, InstanceId: INSTANCE }),
  };
}

it('runs a script as root and reports both outputs and the status', async () => {
  const at = await online();
  const command = await send(at, { commands: ['echo a', 'exit 3'], workingDirectory: ['/tmp'] });
  const process = await command.process();
  expect(process.request).toEqual({ user: 'root', run: { kind: 'line', line: 'echo a\nexit 3' }, directory: '/tmp' });
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'InProgress' }), wait);
  process.stdout.write('a\n');
  process.stderr.write('oops\n');
  process.exit({ code: 3, signal: undefined });
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'Failed', ResponseCode: 3, StandardOutputContent: 'a\n', StandardErrorContent: 'oops\nfailed to run commands: exit status 3' }), wait);
});

it('keeps the beginning of a long output and reads the rest away', async () => {
  const at = await online();
  const command = await send(at, { commands: ['yes'] });
  const process = await command.process();
  for (let written = 0; written < 1 << 20; written += 1 << 16) {
    if (!process.stdout.write('y'.repeat(1 << 16))) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  process.exit({ code: 0, signal: undefined });
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'Success' }), wait);
  const { StandardOutputContent: kept } = (await command.state()) as { StandardOutputContent: string };
  expect([kept.length, kept.slice(-26)]).toEqual([24_000, 'yyy\n---Output truncated---']);
});

it('ends a script that takes too long', async () => {
  const at = await online();
  const command = await send(at, { commands: ['sleep 1h'], executionTimeout: ['1'] });
  expect((await command.process()).signals).toEqual([]);
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut', ResponseCode: 137 }), wait);
  expect((await command.process()).signals).toEqual(['KILL']);
});

it('ends a script that is cancelled', async () => {
  const at = await online();
  const command = await send(at, { commands: ['sleep 1h'] });
  const process = await command.process();
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'InProgress' }), wait);
  await at.call('CancelCommand', { CommandId: command.commandId });
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'Cancelled' }), wait);
  expect(process.signals).toEqual(['KILL']);
});

it('brings the result when its channel was cut meanwhile, and does not run a script twice', async () => {
  const at = await online();
  const command = await send(at, { commands: ['true'] });
  const process = await command.process();
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'InProgress' }), wait);
  at.route = false;
  at.cut();
  await vi.waitFor(() => expect(at.connected).toBe(false), wait);
  process.exit({ code: 0, signal: undefined });
  at.route = true;
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'Success' }), wait);
  expect(at.processes).toHaveLength(1);
});

it('says what cannot be started', async () => {
  const at = await online();
  const command = await send(at, { commands: ['unstartable'] });
  await vi.waitFor(async () => expect(await command.state()).toMatchObject({ Status: 'Failed', ResponseCode: 1, StandardErrorContent: 'no such shell' }), wait);
});

const document = (more: JsonObject): JsonObject => ({ CommandId: 'c', Parameters: { lines: ['a', 'b'], word: 'w' }, DocumentContent: { schemaVersion: '2.2', parameters: { word: { default: 'unused' }, other: { default: 'o' } }, ...more } });

it('reads documents of schema 2 with parameters as whole values, within texts, and by default', () => {
  const step = { action: 'aws:runShellScript', name: 'step', inputs: { runCommand: ['{{ lines }}', 'echo {{word}} {{ other }} {{ nope }}'], timeoutSeconds: '7' } };
  expect(readCommand(document({ mainSteps: [step] }))).toEqual({ commandId: 'c', steps: [{ name: 'step', script: 'a\nb\necho w o {{ nope }}', workingDirectory: '', timeoutSeconds: 7 }] });
});

it.each([
  [{ mainSteps: [{ action: 'aws:runPowerShellScript', name: 's', inputs: {} }] }, 'aws:runPowerShellScript'],
  [{ mainSteps: [{ action: 'aws:runShellScript', name: 's', inputs: { runCommand: [] } }] }, 'runCommand'],
  [{ schemaVersion: '0.3' }, 'schema 0.3'],
])('refuses %o', (more, what) => {
  expect(() => readCommand(document(more))).toThrow(CommandDocumentError);
  expect(() => readCommand(document(more))).toThrow(what);
});
