/** `ssmlab local env`: exports that point AWS's tools at the local cloud. */
import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { programName } from '../../cli/self.js';
import { SsmlabError } from '../../lib/errors.js';
import { findLocalCloud } from '../../lib/target/local/cloud.js';
import { stateHome } from '../../lib/target/local/home.js';
import { writeBundle } from '../../lib/target/local/bundle.js';
import { writeStandIn } from '../../lib/target/local/stand-in.js';
import { DEFAULT_REGION } from '../../lib/target/resolve.js';
import { socksUrl } from '../../lib/target/socks-proxy.js';
import { exportLines, ownBundle, proxyLines, unsetLines } from '../../lib/target/shell-environment.js';

export default class LocalEnv extends BaseCommand {
  static override summary = 'Print exports that point the AWS CLI and SDKs at the local cloud.';
  static override description = `Sets the endpoint, the keys of this lab and the region, and unsets what would lead past them: profiles and a foreign session token. What was set before is put aside in the shell, and --unset brings it back.

At the end of PATH comes a folder with ssmlab's own client under the name session-manager-plugin, so that \`aws ssm start-session\` opens shells where AWS's plugin is not installed.`;
  static override examples = [
    'eval "$(<%= config.bin %> <%= command.id %>)"',
    'eval "$(<%= config.bin %> <%= command.id %> --unset)"',
    '<%= config.bin %> <%= command.id %> --shell fish | source',
  ];
  static override flags = {
    proxy: Flags.boolean({ description: 'ALL_PROXY and AWS_CA_BUNDLE alone: the way into the lab\'s network for curl, and for ssmlab --target aws', exclusive: ['unset'], helpGroup: 'SHELL' }),
    unset: Flags.boolean({ description: 'undo it, and --proxy', helpGroup: 'SHELL' }),
    shell: Flags.option({ options: ['sh', 'fish'] as const, default: 'sh', description: 'language of the lines', helpGroup: 'SHELL' })(),
    region: Flags.string({ description: 'region to speak of', default: DEFAULT_REGION, env: 'SSMLAB_REGION', helpValue: 'NAME', helpGroup: 'TARGET' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(LocalEnv);
    if (flags.unset) return this.print(unsetLines(flags.shell));
    const cloud = await findLocalCloud({ home: stateHome() });
    if (cloud === undefined) throw new SsmlabError('cloud-not-running', 'the local cloud does not run');
    if (flags.proxy) return this.print(proxyLines(flags.shell, socksUrl(cloud.uplink), await writeBundle(stateHome(), cloud.authority, ownBundle(process.env))));
    const pathFolder = await writeStandIn(stateHome());
    this.print(exportLines(flags.shell, { endpoint: cloud.endpoint, region: flags.region, ...cloud.credentials, pathFolder }));
    if (process.stdout.isTTY) this.say(this.errorStyle.dim(`# this is for: eval "$(${programName()} local env)"`));
  }
}
