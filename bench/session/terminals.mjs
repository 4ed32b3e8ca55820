/** What hands feel, in real terminals: from the command to the first prompt, and from a key to its echo; ours beside AWS's plugin, in turns, on the same instance. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** From a key to its echo, both shells open at once. */
export async function measureKeys(lab, plugin, { keys }, report) {
  const open = terminals(lab);
  const comparable = plugin.missing === undefined && awsCli() !== undefined;
  const shells = Object.fromEntries((comparable ? ['ours', 'theirs'] : ['ours']).map((who) => [who, open[who]()]));
  const times = { ours: [], theirs: [] };
  for (const shell of Object.values(shells)) await shell.prompt();
  const used = () => Object.fromEntries(Object.entries(shells).map(([who, { child }]) => [who, processorOfTree(child.pid)]));
  const before = used();
  for (let key = 1; key <= keys; key += 1) {
    for (const [who, shell] of Object.entries(shells)) {
      times[who].push(await shell.key('k'));
      if (key % KEYS_A_LINE === 0) await shell.emptyLine();
      await sleep(KEY_MS);
    }
  }
  const after = used();
  const each = (who) => `${((after[who] - before[who]) / keys).toFixed(2)} ms of processor a key`;
  for (const shell of Object.values(shells)) {
    await shell.emptyLine();
    await shell.exit();
  }
  const [ours, theirs] = [times.ours, times.theirs].map((values) => (values.length === 0 ? [] : [quantile(values, 0.99), median(values)]));
  if (!comparable) report.skip('a key to its echo, p99', `${ours[0].toFixed(1)} ms, median ${ours[1].toFixed(1)} ms, ${each('ours')}; nothing to hold it to: ${plugin.missing ?? 'the AWS CLI is not on PATH'}`);
  else report.atMost('a key to its echo, p99', ours[0] / theirs[0], 1, '×', `ours ${ours[0].toFixed(1)} ms (median ${ours[1].toFixed(1)}; ${each('ours')}, the terminal's own included), AWS's plugin ${plugin.version} ${theirs[0].toFixed(1)} ms (median ${theirs[1].toFixed(1)}; ${each('theirs')})`);
}
