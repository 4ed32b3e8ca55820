/** `ssmlab local logs`: what the region process wrote. */
import { Flags } from '@oclif/core';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseCommand } from '../../cli/base-command.js';
import { SsmlabError } from '../../lib/errors.js';
import { printableLines } from '../../lib/report/printable.js';
import { localLogPath, readLocalLog } from '../../lib/target/local/cloud.js';
import { stateHome } from '../../lib/target/local/home.js';

export default class LocalLogs extends BaseCommand {
  static override summary = 'Print the log of the local cloud.';
  static override description = 'Newest last. The log holds no key and no token.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --lines 20', '<%= config.bin %> <%= command.id %> --follow'];
  static override flags = {
    lines: Flags.integer({ char: 'n', description: 'the last lines only', min: 0, helpValue: 'N' }),
    follow: Flags.boolean({ char: 'f', description: 'go on as lines are written, until Ctrl-C' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalLogs);
    this.moment = 'reading-log';
    const home = stateHome();
    const log = await readLocalLog({ home });
    if (log === undefined) throw new SsmlabError('cloud-not-running', 'there is no log: the local cloud has not been started here');
    const lines = printableLines(log);
    this.print(flags.lines === undefined ? lines : lines.slice(Math.max(0, lines.length - flags.lines)));
    if (flags.follow) await this.#follow(localLogPath({ home }), Buffer.byteLength(log));
  }

  async #follow(path: string, from: number): Promise<void> {
    const file = await open(path, 'r');
    const chunk = Buffer.alloc(65_536);
    let rest = '';
    for (let position = from; ; ) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      position += bytesRead;
      rest += chunk.toString('utf8', 0, bytesRead);
      const end = rest.lastIndexOf('\n');
      if (end >= 0) this.print(printableLines(rest.slice(0, end)));
      rest = rest.slice(end + 1);
      if (bytesRead === 0) await sleep(200, undefined, { signal: this.interruption.signal });
    }
  }
}
