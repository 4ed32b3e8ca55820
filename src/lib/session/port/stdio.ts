/** A port session on this process's stdin and stdout: what ssh runs as ProxyCommand (`protocol.md` §7). */
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { SsmlabError } from '../../errors.js';
import { PAYLOAD_TYPE } from '../../protocol/agent-message.js';
import { SESSION_TYPE } from '../../protocol/handshake.js';
import type { DataChannel } from '../data-channel.js';
import { writeAll } from '../write-all.js';

export interface StdioStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /**
   * The session cannot say that stdin ended. The far end may still have an answer: it is waited for until nothing came for
   * so long. Default 10 000.
   */
  readonly silenceMs?: number | undefined;
}

/** Runs until the far end closes, or nobody reads stdout any more, or stdin ended and the far end is silent. Returns the service's words. */
export async function runStdio(channel: DataChannel, { stdin, stdout, silenceMs = 10_000 }: StdioStreams): Promise<string> {
  if (channel.kind?.sessionType !== SESSION_TYPE.port) throw new SsmlabError('session-failed', `session ${channel.sessionId} is no port session but ${channel.kind?.sessionType ?? 'a shell'}`);
  let heard = performance.now();
  const leave = (): void => channel.close();
  stdout.on('error', leave);
  const sending = (async () => {
    for await (const chunk of stdin as AsyncIterable<Buffer>) if (!(await channel.write(chunk))) return;
    await channel.flushed();
    heard = performance.now();
    while (channel.open) {
      const left = heard + silenceMs - performance.now();
      if (left <= 0) channel.close();
      else await sleep(left, undefined, { ref: false });
    }
  })().catch(leave);
  try {
    for await (const { payloadType, payload } of channel.messages()) {
      // A flag is no data, though AWS's plugin writes it into the stream.
      if (payloadType !== PAYLOAD_TYPE.output) continue;
      if (!(await writeAll(stdout, payload))) leave();
      heard = performance.now();
    }
    return channel.output ?? '';
  } finally {
    stdout.off('error', leave);
    stdin.destroy();
    void sending;
  }
}
