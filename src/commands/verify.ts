/** `ssmlab verify`: what is declared, what the configuration says and what is seen, claim by claim. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { identityFlag, snapshotFlag, stackFlags } from '../cli/flags.js';
import { interruptedAt } from '../cli/interruption.js';
import { labContext } from '../cli/lab-context.js';
import { PATIENCE_MS } from '../cli/last-will.js';
import { drawnStep, explainStep, nextSteps } from '../cli/next-steps.js';
import { textWidth } from '../cli/terminal.js';
import { reportFlag, VerifyReports } from '../cli/verify-reports.js';
import { checkEvery, expectFlags, showWatch, typedEvents, typedReport, watchTimes } from '../cli/verify-watch.js';
import { summary, verifyLines } from '../lib/report/verify.js';
import type { VerifyReport } from '../lib/verify/claim.js';
import { readExpectationsFile } from '../lib/verify/expect/file.js';
import { runVerify, watchStack } from '../lib/verify/run.js';

const STATUS = { pass: 0, fail: 1, unknown: 3 } as const;

export default class Verify extends BaseCommand {
  static override summary = 'Hold what the lab declares against what its configuration says and what its instances show.';
  static override description = `Of each instance: the way in and that the other one is shut, public IPv4, ping to 8.8.8.8, the address that a server in the internet sees, what the names of Systems Manager resolve to, port 22 from here; and the lab's tables: security groups, default routes, endpoints, key pair and role. The configuration is read and traced; few commands run on each instance over its own way in, all at once. Of a stack that is not the lab nothing is declared: there configuration and network are held against each other, and the report says so.

Reports are written too where --report asks for them, also when verify itself fails; under GitHub Actions the summary of the step and annotations come by themselves.

Exit status: 0 every claim holds, 1 a claim is broken, 3 none is broken and one is unknown, or there is no lab.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 3 4 --json', '<%= config.bin %> <%= command.id %> --report junit=verify.xml,html=verify.html',
    '<%= config.bin %> <%= command.id %> --only predicted --snapshot lab.json',
  ];
  static override usage = '<%= command.id %> [INSTANCE...] [flags]';
  static override args = { instance: Args.string({ ignoreStdin: true, description: 'numbers, names, ids or addresses; all when absent' }) };
  static override strict = false;
  static override flags = {
    only: Flags.option({ options: ['predicted', 'observed'] as const, description: 'one side alone: predicted reads the configuration and enters no instance, observed makes no prediction', helpGroup: 'CLAIMS' })(),
    from: Flags.string({ description: 'address that this machine is seen as from the region, for what is predicted of it [default: found out]', helpValue: 'ADDRESS', helpGroup: 'CLAIMS' }),
    ...expectFlags,
    ...reportFlag,
    ...snapshotFlag,
    ...stackFlags,
    ...identityFlag,
  };
  static override enableJsonFlag = true;

  async run(): Promise<VerifyReport | undefined> {
    const { flags, argv } = await this.parse(Verify);
    const { only, stack, snapshot: file, from } = flags;
    checkEvery(flags);
    const reports = await VerifyReports.open({ values: flags.report, json: this.jsonEnabled(), watch: flags.watch, tool: `ssmlab ${this.config.version}`, summary: (report) => summary(report, only, flags.expect), signal: this.interruption.signal, lab: flags, say: (line) => this.say(line) });
    // Its sessions are ended before it goes.
    this.patienceMs = PATIENCE_MS;
    return reports.guard(async () => {
      const expect = flags.expect === undefined ? undefined : await readExpectationsFile(flags.expect);
      const matter = { named: argv as string[], expect, only, from, onRead: reports.read };
      const text = { style: this.style, width: this.width, only, expected: flags.expect };
      if (flags.watch) {
        const context = await labContext(flags);
        this.handOver();
        process.exitCode = await showWatch((signal) => reports.each(typedEvents(watchStack(context, stack, matter, watchTimes(context.target, flags.every), signal), flags)), { json: this.jsonEnabled(), text, onInterrupt: () => this.jsonEnabled() || this.sayInterrupted(interruptedAt('watching-claims')) });
        return undefined;
      }
      const begun = Date.now();
      const report = typedReport(await runVerify({ deployed: () => labContext(flags), stack, ...matter, file, signal: this.interruption.signal, say: (line) => this.say(line) }), flags);
      const lines = verifyLines(report, { ...text, seconds: (Date.now() - begun) / 1000 });
      if (reports.takesStdout) this.say(lines.join('\n'));
      else this.print(lines);
      await reports.write(report);
      if (report.verdict !== 'pass') this.say(nextSteps([...explainStep(report, reports.instances, file), ...(file === undefined ? (['list', 'status'] as const) : [drawnStep(file)])], { lab: flags, width: textWidth(process.stderr) }));
      if (!this.interruption.signal.aborted) process.exitCode = STATUS[report.verdict];
      return report;
    });
  }
}
