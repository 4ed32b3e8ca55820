/** `ssmlab template`: the CloudFormation template, as it is deployed. */
import { BaseCommand } from '../cli/base-command.js';
import { templateBody } from '../lib/lab/lab.js';

export default class Template extends BaseCommand {
  static override summary = 'Print the CloudFormation template of the lab.';
  static override description = 'One flat file that deploys on AWS as it is: no bucket, no hand edits. It needs CAPABILITY_IAM.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> > lab.yaml',
    '<%= config.bin %> <%= command.id %> | grep -c Type:',
  ];

  async run(): Promise<void> {
    await this.parse(Template);
    process.stdout.write(templateBody());
  }
}
