/** `ssmlab local doctor`: what this machine can carry, found out by doing. */
import { BaseCommand } from '../../cli/base-command.js';
import { doctorLines } from '../../lib/report/doctor.js';
import { probeMachine, type ProbeReport } from '../../lib/target/local/doctor.js';

export default class LocalDoctor extends BaseCommand {
  static override summary = 'Try what real packets need on this machine, and say what is missing.';
  static override description = `Everything is tried in namespaces that are gone afterwards; nothing of this machine changes.

Exit status: 0 when the netns fabric can be had; 3 when not, and the local cloud computes what the packets would do.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json', '<%= config.bin %> <%= command.id %> && <%= config.bin %> deploy --fabric netns'];
  static override enableJsonFlag = true;

  async run(): Promise<ProbeReport> {
    await this.parse(LocalDoctor);
    const report = await probeMachine();
    this.print(doctorLines(report, this.style));
    if (!report.usable) process.exitCode = 3;
    return report;
  }
}
