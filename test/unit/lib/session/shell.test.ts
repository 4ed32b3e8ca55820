import { createHash, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { runCommand } from '../../../../src/lib/session/command.js';
import { openDataChannel } from '../../../../src/lib/session/data-channel.js';
import { EscapeFilter } from '../../../../src/lib/session/escape-filter.js';
import { runShell } from '../../../../src/lib/session/shell.js';
import { startGateway } from './gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

async function connected(kind: 'shell' | 'command', payloadBytes = 1024) {
  const gateway = await startGateway();
  cleanups.push(() => gateway.close());
  const opening = openDataChannel({ streamUrl: gateway.url, tokenValue: 't', sessionId: 's', payloadBytes });
  const peer = await gateway.client();
  if (kind === 'shell') peer.say(PAYLOAD_TYPE.output, 'sh-5.2$ ');
  else await peer.shakeHands();
  const channel = await opening;
  cleanups.push(() => channel.close());
  return { channel, peer };
}

const text = (stream: PassThrough) => String(stream.read() ?? '');

function terminal() {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ highWaterMark: 1 << 24 });
  const size = { columns: 80, rows: 24 };
  const listeners = new Set<() => void>();
  return {
    stdin,
    stdout,
    listeners,
    size: () => ({ ...size }),
    onResize: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    resize: (columns: number, rows: number) => {
      Object.assign(size, { columns, rows });
      for (const listener of listeners) listener();
    },
  };
}

describe('shell', () => {
  it('sends the size, what is typed as typed, and new sizes; prints; ends with the remote', async () => {
    const { channel, peer } = await connected('shell');
    const tty = terminal();
    const running = runShell(channel, tty);
    tty.stdin.write('ls\r');
    await peer.until(() => peer.typed.toString() === 'ls\r');
    tty.resize(80, 24);
    tty.resize(132, 50);
    await peer.until(() => peer.inputs.length >= 3);
    expect(peer.inputs.filter(({ payloadType }) => payloadType === PAYLOAD_TYPE.size).map(({ payload }) => payload.toString())).toEqual(['{"cols":80,"rows":24}', '{"cols":132,"rows":50}']);
    peer.say(PAYLOAD_TYPE.output, 'a  b\r\n');
    peer.say(PAYLOAD_TYPE.flag, Buffer.from([0, 0, 0, 1]));
    peer.closeChannel();
    expect(await running).toEqual({ by: 'remote', output: '' });
    expect(text(tty.stdout)).toBe('sh-5.2$ a  b\r\n');
    expect([tty.listeners.size, tty.stdin.listenerCount('data'), tty.stdin.isPaused(), tty.stdin.destroyed]).toEqual([0, 0, true, false]);
  });
  it('~. leaves and sends nothing after it', async () => {
    const { channel, peer } = await connected('shell');
    const tty = terminal();
    const running = runShell(channel, tty);
    tty.stdin.write('x\r~?');
    await peer.until(() => peer.typed.toString() === 'x\r');
    tty.stdin.write('~.y');
    expect(await running).toEqual({ by: 'left', output: '' });
    await peer.until(() => peer.socket.readyState !== peer.socket.OPEN);
    expect(peer.typed.toString()).toBe('x\r');
    expect(text(tty.stdout)).toContain('leave the session');
  });
  it('the end of the input is Ctrl-D', async () => {
    const { channel, peer } = await connected('shell');
    const tty = terminal();
    const running = runShell(channel, tty);
    tty.stdin.end('date\r');
    await peer.until(() => peer.typed.toString() === 'date\r\u0004');
    peer.closeChannel();
    await running;
  });
  it('a reader of stdout that goes away ends it', async () => {
    const { channel } = await connected('shell');
    const tty = terminal();
    tty.stdout.destroy();
    expect(await runShell(channel, tty)).toMatchObject({ by: 'unread' });
  });
  it('10 MB pasted arrive whole', async () => {
    const { channel, peer } = await connected('shell', 32_768);
    const tty = terminal();
    const running = runShell(channel, tty);
    const paste = randomBytes(10_000_000).toString('latin1').replaceAll('~', '-');
    const bytes = Buffer.from(paste, 'latin1');
    tty.stdin.end(bytes);
    let arrived = 0;
    let seen = 0;
    await peer.until(() => {
      for (; seen < peer.inputs.length; seen += 1) if (peer.inputs[seen]?.payloadType === PAYLOAD_TYPE.output) arrived += peer.inputs[seen]?.payload.length ?? 0;
      return arrived === bytes.length + 1;
    });
    const digest = (value: Buffer) => createHash('sha256').update(value).digest('hex');
    expect(digest(peer.typed.subarray(0, -1))).toBe(digest(bytes));
    peer.closeChannel();
    await running;
  });
  it('10 MB printed to a slow terminal arrive whole', async () => {
    const { channel, peer } = await connected('shell');
    const tty = { ...terminal(), stdout: new PassThrough({ highWaterMark: 1024 }) };
    const running = runShell(channel, tty);
    const block = Buffer.alloc(50_000, 'abcdefg\r\n');
    for (let at = 0; at < 200; at += 1) peer.say(PAYLOAD_TYPE.output, block);
    peer.closeChannel();
    let bytes = 0;
    tty.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      tty.stdout.pause();
      setImmediate(() => tty.stdout.resume());
    });
    await running;
    tty.stdout.end();
    await new Promise((resolve) => tty.stdout.once('end', resolve));
    expect(bytes).toBe(200 * block.length + 8);
  });
});

describe('escapes', () => {
  const run = (...chunks: string[]) => {
    const filter = new EscapeFilter();
    const actions = chunks.flatMap((chunk) => filter.push(Buffer.from(chunk)));
    return actions.map((action) => (action.kind === 'bytes' ? action.bytes.toString() : `<${action.kind}>`)).join('') + filter.end().toString();
  };
  it.each([
    [['~.'], '<leave>'],
    [['~', '.'], '<leave>'],
    [['ls\r~.more'], 'ls\r<leave>'],
    [['ls\n~.'], 'ls\n<leave>'],
    [['a~.'], 'a~.'],
    [['~~.'], '~.'],
    [['~~\r~~x'], '~\r~x'],
    [['~?~.'], '<help><leave>'],
    [['~x~.'], '~x~.'],
    [['~\r~.'], '~\r<leave>'],
    [['cd ~/x\r'], 'cd ~/x\r'],
    [['\r~'], '\r~'],
  ])('%j gives %s', (chunks, expected) => {
    expect(run(...chunks)).toBe(expected);
  });
  it('without a tilde nothing changes, and where chunks are cut does not matter', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('~', '.', '?', '\r', '\n', 'a'), { maxLength: 20 }), fc.nat(20), (letters, cut) => {
      const whole = letters.join('');
      if (!whole.includes('~')) expect(run(whole)).toBe(whole);
      const [before, after] = [whole.slice(0, cut), whole.slice(cut)];
      const left = run(before);
      if (!left.endsWith('<leave>')) expect(run(before, after)).toBe(run(whole));
    }));
  });
});

describe('command', () => {
  const streams = () => ({ stdout: new PassThrough(), stderr: new PassThrough() });
  it('keeps stdout and stderr apart and gives the status', async () => {
    const { channel, peer } = await connected('command');
    peer.say(PAYLOAD_TYPE.output, 'out\n');
    peer.say(PAYLOAD_TYPE.stdErr, 'err\n');
    peer.exit(7);
    peer.closeChannel();
    const { stdout, stderr } = streams();
    expect(await runCommand(channel, { stdout, stderr })).toEqual({ exitCode: 7, output: '' });
    expect([text(stdout), text(stderr)]).toEqual(['out\n', 'err\n']);
  });
  it('has no status when the agent sent none', async () => {
    const { channel, peer } = await connected('command');
    peer.closeChannel('the document is wrong');
    expect(await runCommand(channel, streams())).toEqual({ exitCode: undefined, output: 'the document is wrong' });
  });
  it('passes Ctrl-C on', async () => {
    const { channel, peer } = await connected('command');
    const controller = new AbortController();
    const running = runCommand(channel, { ...streams(), signal: controller.signal });
    controller.abort();
    await peer.until(() => peer.typed.toString() === '\u0003');
    peer.exit(130);
    peer.closeChannel();
    expect((await running).exitCode).toBe(130);
  });
  it('leaves a command that ignores Ctrl-C', async () => {
    const { channel } = await connected('command');
    await expect(runCommand(channel, { ...streams(), signal: AbortSignal.abort(), interruptMs: 20 })).rejects.toMatchObject({ code: 'interrupted' });
  });
  it('ends when nobody reads', async () => {
    const { channel, peer } = await connected('command');
    const { stdout, stderr } = streams();
    stdout.destroy();
    peer.say(PAYLOAD_TYPE.output, 'y\n');
    expect((await runCommand(channel, { stdout, stderr })).exitCode).toBe(141);
    await peer.until(() => peer.typed.toString() === '\u0003');
  });
  it('throws when the stream is cut before the end', async () => {
    const { channel, peer } = await connected('command');
    peer.say(PAYLOAD_TYPE.output, 'half');
    peer.socket.terminate();
    await expect(runCommand(channel, streams())).rejects.toMatchObject({ code: 'session-failed' });
  });
});
