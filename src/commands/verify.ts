/** `ssmlab verify`: what the lab declares against what its instances show. */
import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { identityFlag, stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { PATIENCE_MS } from '../cli/last-will.js';
import { nextSteps } from '../cli/next-steps.js';
import { textWidth } from '../cli/terminal.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { outputOf } from '../lib/probe/run-line.js';
import { sessionStarter } from '../lib/probe/session-way.js';
import { verifyLines } from '../lib/report/verify.js';
import type { VerifyReport } from '../lib/verify/claim.js';
import { expectationsFor } from '../lib/verify/expectations.js';
import { verify } from '../lib/verify/verify.js';

const STATUS = { pass: 0, fail: 1, unknown: 3 } as const;
const BOUND_MS = 20_000;

export default class Verify extends BaseCommand {
  static override summary = 'Run what the lab is about on its instances, and compare it with what the lab declares.';
  static override description = `Runs \`ec2-metadata --public-ipv4\` and \`ping 8.8.8.8\` on each instance over its own way in, all at once. Of a stack that is not the lab nothing is declared: there it is compared with what path and auth method say, and the report says so.

Exit status: 0 every claim holds, 1 a claim is broken, 3 none is broken and one is unknown, or there is no lab.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --stack other --identity other.pem', '<%= config.bin %> <%= command.id %> 3 4 --json'];
  static override usage = '<%= command.id %> [INSTANCE...] [flags]';
  static override args = { instance: Args.string({ ignoreStdin: true, description: 'numbers, names, ids or addresses; all when absent' }) };
  static override strict = false;
  static override flags = { ...stackFlags, ...identityFlag };
  static override enableJsonFlag = true;

  async run(): Promise<VerifyReport> {
    const { flags, argv } = await this.parse(Verify);
    const { target, stack, lab } = await labContext(flags);
    const instances = await takeInventory(target, stack);
    const expectations = expectationsFor(argv as string[], instances);
    const context = { target, lab, start: sessionStarter(target) };
    // Its sessions are ended before it goes.
    this.patienceMs = PATIENCE_MS;
    const begun = Date.now();
    this.say('Verifying over each instance\'s own way in');
    const report = await verify({
      expectations,
      where: { fabric: target.fabric, region: target.region, stack },
      runOn: (instance, way, line) => outputOf(context, instance, way, line, BOUND_MS, this.interruption.signal),
    });
    this.print(verifyLines(report, { style: this.style, width: this.width, seconds: (Date.now() - begun) / 1000, pathOf: (id) => instances.find((instance) => instance.labNumber === id || instance.instanceId === id)?.path }));
    if (report.verdict !== 'pass') this.say(nextSteps(['list', 'status'], { lab: flags, width: textWidth(process.stderr) }));
    if (!this.interruption.signal.aborted) process.exitCode = STATUS[report.verdict];
    return report;
  }
}
