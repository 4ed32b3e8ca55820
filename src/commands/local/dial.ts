/** `ssmlab local dial`: a ProxyCommand. Stdin and stdout become a TCP connection into the local cloud's internet. */
import { Args, Flags } from '@oclif/core';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { BaseCommand } from '../../cli/base-command.js';
import { SsmlabError } from '../../lib/errors.js';
import { findLocalCloud } from '../../lib/target/local/cloud.js';
import { stateHome } from '../../lib/target/local/home.js';
import { dialAsNamed } from '../../lib/target/socks-proxy.js';
import { dialUplink } from '../../lib/target/uplink.js';

export default class LocalDial extends BaseCommand {
  static override summary = 'Connect stdin and stdout to a host and port of the local cloud\'s internet, for ssh\'s ProxyCommand.';
  static override description = 'The password of the uplink is in no argument: other users of this machine do not see it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 198.18.0.11 22',
    'ssh -o ProxyCommand="<%= config.bin %> <%= command.id %> %h %p" ec2-user@198.18.0.11',
    'printf "GET / HTTP/1.0\\r\\n\\r\\n" | <%= config.bin %> <%= command.id %> checkip.amazonaws.com 80',
  ];
  static override usage = '<%= command.id %> HOST PORT';
  static override args = {
    host: Args.string({ ignoreStdin: true, required: true, description: 'address or name in the local cloud\'s internet' }),
    port: Args.integer({ ignoreStdin: true, required: true, description: 'TCP port', min: 1, max: 65_535 }),
  };

  static override flags = {
    'all-proxy': Flags.boolean({ description: 'not by the local cloud, but through the SOCKS5 proxy that ALL_PROXY names, and directly without one: as `connect 1 --target aws` goes' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LocalDial);
    const socket = flags['all-proxy'] ? await dialAsNamed(args.host, args.port) : await this.#inward(args.host, args.port);
    // Either side may end first: the far end's end is ours, our end of input only half-closes.
    const inward = pipeline(process.stdin, socket, { end: true }).catch(() => undefined);
    await pipeline(socket, process.stdout, { end: false }).catch(() => undefined);
    process.stdin.destroy();
    socket.destroy();
    await inward;
  }

  async #inward(host: string, port: number): Promise<Socket> {
    const cloud = await findLocalCloud({ home: stateHome() });
    if (cloud === undefined) throw new SsmlabError('cloud-not-running', 'the local cloud does not run');
    return dialUplink(cloud.uplink, host, port);
  }
}
