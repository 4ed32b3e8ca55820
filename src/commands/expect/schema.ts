/** `ssmlab expect schema`: the JSON Schema of a file of expectations, for editors. */
import { BaseCommand } from '../../cli/base-command.js';
import { EXPECTATIONS_SCHEMA } from '../../lib/verify/expect/schema.js';

export default class ExpectSchema extends BaseCommand {
  static override summary = 'Print the JSON Schema of a file of expectations.';
  static override description = 'For editors that complete and check YAML by a schema (2020-12). What it takes `verify --expect` takes, but for ranges of ports that run backwards.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> > expectations.schema.json',
    'echo "# yaml-language-server: \\$schema=expectations.schema.json" | cat - expectations.yaml',
  ];

  async run(): Promise<void> {
    await this.parse(ExpectSchema);
    process.stdout.write(`${JSON.stringify(EXPECTATIONS_SCHEMA, null, 2)}\n`);
  }
}
