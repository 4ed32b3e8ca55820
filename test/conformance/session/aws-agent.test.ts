/** AWS's agent on our message service; skipped by name where it cannot be run. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { INSTANCE, SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { FLAG, encodeFlag } from '../../../src/lib/protocol/payloads.js';
import { SmuxSession } from '../../../src/lib/protocol/smux.js';
import { openDataChannel } from '../../../src/lib/session/data-channel.js';
import type { SessionEncryption } from '../../../src/lib/session/kms-encryption.js';
import { ECHO_PORT, agentOnPath, startAwsAgent, type AwsAgent } from './aws-agent.js';

const found = agentOnPath();
const wait = { timeout: 20_000, interval: 50 };
/** In two seconds, when it sends nothing of a session: its pings and reports. */
const FEW_BYTES = 20_000;

describe.skipIf('missing' in found)(`amazon-ssm-agent${'missing' in found ? ` (${found.missing})` : ''}`, { timeout: 120_000 }, () => {
  let region: SmallRegion;
  let agent: AwsAgent;

  beforeAll(async () => {
    region = await SmallRegion.start();
    agent = await startAwsAgent(region, 'folder' in found ? found.folder : '');
    await vi.waitFor(() => expect(region.connected, agent.output()).toBe(true), wait);
  }, 60_000);

  afterAll(async () => {
    await agent.stop();
    region.stop();
  });

  // In container mode it sends no UpdateInstanceInformation, so that Online stays unknown.
  it('is connected', async () => {
    expect(await region.call('GetConnectionStatus', { Target: INSTANCE })).toMatchObject({ Status: 'connected' });
  });

  it('gives a shell, sized and typed into, and says when it ended', async () => {
    const client = await region.session();
    await vi.waitFor(() => expect(client.text(1)).not.toBe(''), wait);
    client.send(JSON.stringify({ cols: 97, rows: 31 }), 3);
    client.send('stty size; echo $((20*3+7))\r');
    await vi.waitFor(() => expect(client.text(1)).toMatch(/31 97[^]*\n67\r/), wait);
    client.send('exit\r');
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
    expect(client.closedWith).toBe('');
  });

  it('runs a command, its streams apart, and gives the exit status', async () => {
    const client = await region.session('AWS-StartNonInteractiveCommand', { command: ['sh -c "echo out; echo err >&2; exit 7"'], separateOutputStream: ['true'] });
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
    expect([client.text(1), client.text(11), client.text(12)]).toEqual(['out\n', 'err\n', 'EXIT_CODE: 7']);
  });

  it('resumes a session both of whose ends were cut off, nothing lost or doubled', async () => {
    const client = await region.session();
    await vi.waitFor(() => expect(client.text(1)).not.toBe(''), wait);
    client.send('i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo don""e\r');
    await vi.waitFor(() => expect(client.text(1)).toContain('line 500\r\n'), wait);
    agent.cut();
    client.socket.terminate();
    const resumed = await region.call('ResumeSession', { SessionId: client.sessionId });
    client.open(resumed['StreamUrl'] as string, resumed['TokenValue'] as string);
    await vi.waitFor(() => expect(client.text(1)).toContain('done\r\n'), { timeout: 40_000, interval: 100 });
    expect(client.text(1)).toContain(Array.from({ length: 3_000 }, (_, at) => `line ${at}\r\n`).join(''));
    await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  });

  it('carries a raw stream to a port, and a forward that multiplexes', async () => {
    const raw = await region.session('AWS-StartSSHSession', { portNumber: [String(ECHO_PORT)] });
    // Earlier it would be acknowledged and thrown away (protocol.md §4).
    await vi.waitFor(() => expect(raw.raw.some(({ type }) => type === 7)).toBe(true), wait);
    raw.send('there and back');
    await vi.waitFor(() => expect(raw.text(1)).toBe('there and back'), wait);
    const forward = await region.session('AWS-StartPortForwardingSession', { portNumber: [String(ECHO_PORT)] });
    await vi.waitFor(() => expect(forward.raw.some(({ type }) => type === 7)).toBe(true), wait);
    const smux = new SmuxSession('client');
    const { streamId, frame } = smux.open();
    for (const bytes of [frame, smux.send(streamId, Buffer.from('multiplexed'))]) if (bytes !== undefined) forward.hop.send(1, bytes);
    await vi.waitFor(() => expect(forward.text(1)).toContain('multiplexed'), wait);
    forward.hop.send(10, encodeFlag(FLAG.terminateSession));
    await vi.waitFor(() => expect(forward.closed).toBe(true), wait);
  });

  it('agrees with our client on a key of KMS, and each reads what the other encrypted', async () => {
    region.allowed.add('kms:Decrypt');
    const { Arn: kmsKeyId } = (await region.kms('CreateKey', {}))['KeyMetadata'] as { readonly Arn: string };
    const generateDataKey: SessionEncryption['generateDataKey'] = async (KeyId, NumberOfBytes, EncryptionContext) => {
      const { Plaintext, CiphertextBlob } = await region.kms('GenerateDataKey', { KeyId, NumberOfBytes, EncryptionContext });
      return { plaintext: Plaintext as Buffer, ciphertext: CiphertextBlob as Buffer };
    };
    const session = region.open({ schemaVersion: '1.0', sessionType: 'Standard_Stream', inputs: { kmsKeyId } });
    const channel = await openDataChannel({ ...session, payloadBytes: 1024, encryption: { targetId: INSTANCE, generateDataKey } });
    expect(channel.customerMessage).toBe('This session is encrypted using AWS KMS.');
    let shown = '';
    const shell = channel.each(({ payload }) => void (shown += payload.toString()));
    channel.sendSize({ columns: 97, rows: 31 });
    await channel.write(Buffer.from('stty size; seq 20000; echo don""e\r'));
    await vi.waitFor(() => expect(shown).toContain('\ndone\r\n'), wait);
    expect(shown.replaceAll('\r', '')).toContain(`\n31 97\n${Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join('')}done\n`);
    await channel.write(Buffer.from('exit\r'));
    await shell;
    expect(channel.output).toBe('');
  });

  it('is held back while a client reads nothing, at little cost for the service, and loses nothing', async () => {
    const numbers = Array.from({ length: 1_500_000 }, (_, at) => `${at + 1}\n`).join('');
    const client = await region.session();
    await vi.waitFor(() => expect(client.text(1)).not.toBe(''), wait);
    const before = agent.sent();
    client.reading = false;
    client.send('seq 1500000; echo don""e\r');
    // It has no window: it sends until what lies between takes no more.
    let sent = Number.NEGATIVE_INFINITY;
    await vi.waitFor(() => {
      const still = agent.sent() - sent < FEW_BYTES;
      sent = agent.sent();
      expect(still).toBe(true);
    }, { timeout: 40_000, interval: 2_000 });
    // The service takes 2 MiB of it; the rest are buffers of the sockets on the way.
    expect(agent.sent() - before).toBeLessThan(numbers.length);
    expect(client.bytes).toBeLessThan(2 << 20);
    client.read();
    await vi.waitFor(() => expect(client.raw.at(-1)?.payload.toString()).toMatch(/done\r\n/), { timeout: 60_000, interval: 200 });
    expect(Buffer.concat(client.raw.map(({ payload }) => payload)).toString().replaceAll('\r', '')).toContain(numbers);
  });

  it('ends a session that the service terminates', async () => {
    const client = await region.session();
    await vi.waitFor(() => expect(client.text(1)).not.toBe(''), wait);
    await region.call('TerminateSession', { SessionId: client.sessionId });
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  });
});
