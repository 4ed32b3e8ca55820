/** What hands feel, in real terminals: from the command to the first prompt, and from a key to its echo; ours beside AWS's plugin, in turns, on the same instance. */
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { start } from './children.mjs';
import { awsCli, median, processorOfTree, quantile } from './lab.mjs';

const PROMPT = /sh-5\.2\$ $/;
/** A line is emptied before it comes to the terminal's edge. */
const KEYS_A_LINE = 40;
/** Between two keys: faster than anybody types. */
const KEY_MS = 15;
const WAIT_MS = 30_000;

/** A program in a pty, by util-linux's `script`. */
class Pty {
  constructor(argv, environment) {
    const quoted = argv.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    this.started = performance.now();
    this.shown = '';
    this.child = start('script', ['-qefc', `stty cols 100 rows 30; exec ${quoted}`, '/dev/null'], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      this.shown += text;
      this.wake?.();
    });
    this.child.once('close', () => {
      this.over = true;
      this.wake?.();
    });
  }

  /** Waits until `holds`; milliseconds since `from`. */
  async until(holds, from) {
    const deadline = setTimeout(() => {
      this.late = true;
      this.wake?.();
    }, WAIT_MS);
    while (!holds()) {
      if (this.over || this.late) throw new Error(`a terminal ${this.over ? 'ended' : 'waited in vain'} and showed:\n${this.shown}`);
      await new Promise((resolve) => (this.wake = resolve));
    }
    clearTimeout(deadline);
    return performance.now() - from;
  }

  prompt() {
    return this.until(() => PROMPT.test(this.shown), this.started);
  }

  /** Types one key; milliseconds to the next thing shown. */
  key(text) {
    const length = this.shown.length;
    const from = performance.now();
    this.child.stdin.write(text);
    return this.until(() => this.shown.length > length, from);
  }

  async emptyLine() {
    const { length } = this.shown;
    this.child.stdin.write('\u0003');
    await this.until(() => PROMPT.test(this.shown.slice(length)), 0);
  }

  async exit() {
    this.child.stdin.write('exit\r');
    if (!this.over) await once(this.child, 'close');
  }
}

const terminals = ({ cli, environment, exported, instanceId }) => ({
  ours: () => new Pty([process.execPath, cli, 'connect', '3'], environment),
  theirs: () => new Pty(['aws', 'ssm', 'start-session', '--target', instanceId], exported),
});

/** From `connect` to the prompt, beside the AWS CLI's way with its plugin. */
export async function measurePrompt(lab, plugin, { rounds }, report) {
  const cli = awsCli();
  const open = terminals(lab);
  const comparable = plugin.missing === undefined && cli !== undefined;
  const times = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const who of comparable ? ['ours', 'theirs'] : ['ours']) {
      const terminal = open[who]();
      times[who].push(await terminal.prompt());
      await terminal.exit();
    }
  }
  const ours = median(times.ours);
  if (!comparable) report.skip('connect to the first prompt', `${ours.toFixed(0)} ms; nothing to hold it to: ${plugin.missing ?? 'the AWS CLI is not on PATH'}`);
  else report.atMost('connect to the first prompt', ours / median(times.theirs), 0.85, '×', `ours ${ours.toFixed(0)} ms, ${cli} with AWS's plugin ${plugin.version} ${median(times.theirs).toFixed(0)} ms`);
}

/** Shells are opened anew so often, ours first and theirs first in turn. */
const OPENINGS = 2;
/** A loop of fixed length that took so many times its median: the machine itself was slow. */
const SLOW = 2.5;

/** Milliseconds for a loop of fixed length. */
function loop() {
  const from = performance.now();
  for (let step = 0, at = loop.result ?? 0; step < 20_000; step += 1) loop.result = at = (at * 3 + step) | 0;
  return performance.now() - from;
}

/**
 * Keys of times when the machine was itself. A virtual machine may fall to a tenth of its speed, as ours did for 10 to 90 ms every second or two, all of its processors
 * at once: whatever is typed then takes ten times as long, and a percentile of all keys tells which client was typed in at such a time more often.
 */
function undisturbed(typed) {
  const usual = median(typed.flatMap(({ before, after }) => [before, after]));
  return typed.filter(({ before, after }) => Math.max(before, after) < SLOW * usual);
}

/** From a key to its echo, both shells open at once, each typed in first as often as the other. `keys`: in each of them, over all openings. */
export async function measureKeys(lab, plugin, { keys }, report) {
  const open = terminals(lab);
  const comparable = plugin.missing === undefined && awsCli() !== undefined;
  const names = comparable ? ['ours', 'theirs'] : ['ours'];
  const typed = [];
  const spent = { ours: 0, theirs: 0 };
  // What measures has no compiling threads of its own beside what it measures.
  setFlagsFromString('--no-opt');
  for (let warm = 0; warm < 100; warm += 1) loop();
  const perOpening = Math.ceil(keys / OPENINGS);
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const shells = (opening % 2 === 0 ? names : names.toReversed()).map((who) => [who, open[who]()]);
    for (const [, shell] of shells) await shell.prompt();
    const spentBefore = shells.map(([, { child }]) => processorOfTree(child.pid));
    for (let key = 1; key <= perOpening; key += 1) {
      for (const [who, shell] of key % 2 === 0 ? shells : shells.toReversed()) {
        const before = loop();
        const echo = await shell.key('k');
        typed.push({ who, echo, before, after: loop() });
        await sleep(KEY_MS);
        if (key % KEYS_A_LINE !== 0) continue;
        await shell.emptyLine();
        await sleep(KEY_MS);
      }
    }
    for (const [index, [who, { child }]] of shells.entries()) spent[who] += processorOfTree(child.pid) - spentBefore[index];
    for (const [, shell] of shells) {
      await shell.emptyLine();
      await shell.exit();
    }
  }
  setFlagsFromString('--opt');
  const kept = undisturbed(typed);
  const [ours, theirs] = names.map((who) => {
    const [times, all] = [kept, typed].map((list) => list.filter((key) => key.who === who).map(({ echo }) => echo));
    const text = `${at(times)}; of all keys p99 ${quantile(all, 0.99).toFixed(2)}; ${(spent[who] / all.length).toFixed(2)} ms of processor a key, the terminal's own included`;
    return { p99: quantile(times, 0.99), median: median(times), text };
  });
  const count = `${typed.length / names.length} keys each, of which ${typed.length - kept.length} in all were typed while the machine stood and count for nothing, load ${loadavg()[0].toFixed(1)}`;
  if (!comparable) report.skip('a key to its echo, p99', `${ours.text} (${count}); nothing to hold it to: ${plugin.missing ?? 'the AWS CLI is not on PATH'}`);
  else report.atMost('a key to its echo, p99', ours.p99 / theirs.p99, 1, '×', `median ${(ours.median / theirs.median).toFixed(2)} ×; ours ${ours.text}; AWS's plugin ${plugin.version} ${theirs.text} (${count})`);
}

/** Some quantiles of milliseconds, as text. */
const at = (values) => [['median', 0.5], ['p90', 0.9], ['p99', 0.99]].map(([name, share]) => `${name} ${quantile(values, share).toFixed(2)}`).join(', ') + ' ms';
