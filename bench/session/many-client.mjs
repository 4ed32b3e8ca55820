/** Told on stdin, a JSON a line: opens so many shells and waits for their prompts; says something in each and waits for the answer; ends them. Answers each with a JSON line. */
import { createInterface } from 'node:readline';
import { endSession } from '../../src/lib/aws/ssm.ts';
import { openChannel, sessionStarter } from '../../src/lib/probe/session-way.ts';
import { PAYLOAD_TYPE } from '../../src/lib/protocol/agent-message.ts';
import { resolveTarget } from '../../src/lib/target/resolve.ts';

const AT_ONCE = 20;
const ANSWER_MS = 60_000;
const [instanceId, home] = process.argv.slice(2);
const target = await resolveTarget({ kind: 'local', home });
const start = sessionStarter(target);
const shells = [];

class Shell {
  shown = '';

  constructor(channel) {
    this.channel = channel;
    this.reading = this.read().catch((error) => (this.error = error));
  }

  async read() {
    for await (const { payloadType, payload } of this.channel.messages()) {
      if (payloadType === PAYLOAD_TYPE.output) this.shown += payload.toString();
      this.wake?.();
    }
  }

  async until(pattern) {
    const deadline = performance.now() + ANSWER_MS;
    const timer = setInterval(() => this.wake?.(), 1000);
    while (!pattern.test(this.shown)) {
      if (this.error !== undefined || performance.now() > deadline) throw new Error(`session ${this.channel.sessionId}: ${this.error?.message ?? `no ${pattern} in ${JSON.stringify(this.shown)}`}`);
      await new Promise((resolve) => (this.wake = resolve));
    }
    clearInterval(timer);
  }
}

async function open() {
  const session = await start({ instanceId });
  const shell = new Shell(await openChannel(target, session, { instanceId }));
  shells.push(shell);
  await shell.until(/sh-5\.2\$ $/);
}

async function say(shell, at) {
  shell.channel.send(PAYLOAD_TYPE.output, Buffer.from(`echo $((${at} + 1000000))\r`));
  await shell.until(new RegExp(`\\n${at + 1_000_000}\\r\\n`));
}

async function end(shell) {
  shell.channel.close();
  await endSession(target, shell.channel.sessionId);
}

/** Runs all, so many at once; the failures in words. */
async function each(tasks) {
  const failures = [];
  const waiting = [...tasks];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task().catch((error) => failures.push(error.message));
  }));
  return failures;
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const began = performance.now();
  const tasks = command.open === undefined ? shells.map((shell, at) => () => (command.say ? say(shell, at) : end(shell))) : Array.from({ length: command.open }, () => open);
  const failures = await each(tasks);
  process.stdout.write(`${JSON.stringify({ failures, seconds: (performance.now() - began) / 1000 })}\n`);
}
