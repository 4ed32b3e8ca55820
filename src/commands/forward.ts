/** `ssmlab forward`: local ports that lead to ports of an instance, or through it to other hosts. */
import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { forLog } from '../cli/ci-log.js';
import { stackFlags } from '../cli/flags.js';
import { openForwards, readyJson, remoteText } from '../cli/forwards.js';
import { labContext } from '../cli/lab-context.js';
import { opening, PATIENCE_MS } from '../cli/last-will.js';
import { findInstance } from '../lib/inventory/find.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { parseForwardSpec } from '../lib/session/port/forward-spec.js';

const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export default class Forward extends BaseCommand {
  static override summary = 'Forward local ports to ports of an instance, or through it to other hosts.';
  static override description = `By Session Manager: no port of the instance has to be open. FORWARD is [BIND:]LOCAL:[HOST:]REMOTE as in ssh -L, or unix:PATH:[HOST:]REMOTE. LOCAL 0 is any free port; without BIND only this machine can connect; HOST is resolved and reached by the instance.

It runs until Ctrl-C, and then ends its sessions. A cut connection is resumed; a session that the service ended is opened anew with the next connection. With --json one line on stdout says when all is ready: {"port":N, ...}.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 3 2222:22',
    '<%= config.bin %> <%= command.id %> 3 8080:checkip.amazonaws.com:80',
    '<%= config.bin %> <%= command.id %> Instance4 0:22 unix:/tmp/ssh.sock:22 --json',
  ];
  static override usage = '<%= command.id %> INSTANCE FORWARD... [flags]';
  static override args = {
    instance: Args.string({ ignoreStdin: true, required: true, description: 'number, name, id or address' }),
    forward: Args.string({ ignoreStdin: true, required: true, description: '[BIND:]LOCAL:[HOST:]REMOTE, or unix:PATH:[HOST:]REMOTE; any number' }),
  };
  static override strict = false;
  static override flags = { ...stackFlags };
  static override enableJsonFlag = true;

  async run(): Promise<void> {
    const { args, flags, argv } = await this.parse(Forward);
    const specs = argv.slice(1).map((word) => parseForwardSpec(String(word)));
    const { target, stack } = await labContext(flags);
    const instance = findInstance(await takeInventory(target, stack), args.instance);
    // Ctrl-C ends the sessions that are being opened.
    this.patienceMs = PATIENCE_MS;
    const say = (line: string): void => void process.stderr.write(`${forLog(line)}\n`);
    const { forwards, failed, close } = await opening((signal) => openForwards({ target, instance, specs, say, signal }), this.interruption.signal);
    this.handOver();
    const asked = new Promise<keyof typeof SIGNAL_STATUS>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
    });
    if (this.jsonEnabled()) this.logJson(readyJson(instance, forwards));
    for (const { where, spec } of forwards) this.say(`${this.errorStyle.strong(where)} leads to ${remoteText(spec, instance)} (${instance.instanceId})`);
    this.say('Ctrl-C ends it.');
    try {
      process.exitCode = SIGNAL_STATUS[await Promise.race([asked, failed])];
    } finally {
      await close();
    }
  }

  /** One line when it is ready, and none at the end. */
  override logJson(value: unknown): void {
    if (value !== undefined) process.stdout.write(`${JSON.stringify(value)}\n`);
  }
}
