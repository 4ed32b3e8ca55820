/** `ssmlab local stop`: ends the process; the state stays. */
import { BaseCommand } from '../../cli/base-command.js';
import { stopLocalCloud } from '../../lib/target/local/cloud.js';
import { stateHome } from '../../lib/target/local/home.js';

export default class LocalStop extends BaseCommand {
  static override summary = 'Stop the local cloud; its state stays, and a start brings it back.';
  static override description = 'To remove the lab for good, use `ssmlab destroy`.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json', '<%= config.bin %> <%= command.id %> && <%= config.bin %> local start'];
  static override enableJsonFlag = true;

  async run(): Promise<{ stopped: boolean }> {
    await this.parse(LocalStop);
    this.moment = 'cloud-in-between';
    const stopped = await stopLocalCloud({ home: stateHome() });
    this.print(stopped ? 'The local cloud has stopped. Its state is kept.' : 'The local cloud does not run.');
    return { stopped };
  }
}
