/** `ssmlab local start`: the local cloud, without a lab. */
import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { fabricFlag } from '../../cli/flags.js';
import { SsmlabError } from '../../lib/errors.js';
import { agentsBack } from '../../lib/inventory/agents-back.js';
import { fabricText } from '../../lib/report/fabric.js';
import { type LocalCloud, startLocalCloud } from '../../lib/target/local/cloud.js';
import { stateHome } from '../../lib/target/local/home.js';
import { localTarget } from '../../lib/target/resolve.js';

/** An agent that is cut off on purpose does not come back. */
const AGENTS_MS = 5_000;

interface Started {
  started: boolean;
  pid: number;
  version: string;
  endpoint: string;
  fabric: LocalCloud['fabric'];
  fabricNote: string | null;
  accountId: string;
  stateFolder: string;
}

export default class LocalStart extends BaseCommand {
  static override summary = 'Start the local cloud; it comes back with the stacks, addresses, port and keys it had.';
  static override description = 'It goes on after this command has ended. When it runs already, nothing happens.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --port 4566', '<%= config.bin %> <%= command.id %> --json'];
  static override flags = {
    ...fabricFlag,
    port: Flags.integer({ description: 'TCP port of the endpoint on loopback [default: the one it had, else a free one]', min: 1, max: 65_535, helpValue: 'PORT' }),
  };
  static override enableJsonFlag = true;

  async run(): Promise<Started> {
    const { flags } = await this.parse(LocalStart);
    this.moment = 'cloud-in-between';
    const cloud = await startLocalCloud({ home: stateHome(), port: flags.port, fabric: flags.fabric });
    const { started, pid, version, endpoint, fabric, fabricNote, accountId, stateFolder } = cloud;
    if (!started && flags.port !== undefined && new URL(endpoint).port !== String(flags.port)) {
      throw new SsmlabError('usage', `the local cloud runs already, on port ${new URL(endpoint).port}`, { hint: `run \`ssmlab local stop\` first, then \`ssmlab local start --port ${flags.port}\`` });
    }
    this.print(`The local cloud ${started ? 'has started' : 'runs already'}: ${endpoint}, pid ${pid}, ${fabricText(fabric)}`);
    if (fabricNote !== null) this.say(`No real packets: ${fabricNote}`);
    if (started) await this.#agents(cloud);
    return { started, pid, version, endpoint, fabric, fabricNote, accountId, stateFolder };
  }

  /** The instances that it brings back have their agents a moment later; who lists or connects next is not to see that moment. */
  async #agents(cloud: LocalCloud): Promise<void> {
    for (const region of new Set(cloud.holdings.flatMap((holding) => (holding.kind === 'VPCs' ? [holding.region] : [])))) {
      const { online, lost } = await agentsBack(localTarget(cloud, { region }), { boundMs: AGENTS_MS, signal: this.interruption.signal });
      if (online > 0) this.print(`${online} agent${online === 1 ? ' is' : 's are'} online in ${region}`);
      if (lost.length > 0) this.say(`No connection yet to the agent of ${lost.join(', ')}; \`ssmlab list\` shows whether it comes back.`);
    }
  }
}
