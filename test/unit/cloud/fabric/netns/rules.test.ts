/** The `nft` that stays: in a fabric, and with programs in its place that are not as it is. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import { Rules } from '../../../../../src/cloud/fabric/netns/holder/rules.js';
import { Shells } from '../../../../../src/cloud/fabric/netns/holder/shells.js';
import { Lab } from '../../../../conformance/fabric/probes.js';
import { changed, LAB, setIngress, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { netnsObstacle, startNetnsFabric } from './bundled-holder.js';

const obstacle = await netnsObstacle();

describe.skipIf(obstacle !== undefined)(`the nft that stays${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 30_000 }, () => {
  let fabric: NetnsFabric | undefined;
  afterEach(() => fabric?.close());

  const start = async (): Promise<Lab> => {
    fabric = await startNetnsFabric();
    const lab = new Lab({ fabric, silenceMs: 500 });
    await lab.start([]);
    return lab;
  };
  /** Pids within the lab, of those that are in a VPC's namespace. */
  const staying = async (): Promise<string[]> => {
    const script = 'for each in /proc/[0-9]*; do [ "$(tr "\\0" " " 2>/dev/null < $each/cmdline)" = "nft -i " ] && [ $(readlink $each/ns/net) != $(readlink /proc/self/ns/net) ] && echo ${each#/proc/}; done';
    return ((await fabric?.run('', ['sh', '-c', script]))?.stdout ?? '').split('\n').filter((each) => each !== '');
  };
  const open = setIngress(LAB.sg1, tcpFrom(22, '0.0.0.0/0'));
  const shut = setIngress(LAB.sg1);
  const ssh = (lab: Lab): Promise<string> => lab.tcp('laptop', LAB.public.one, 22);

  it('is one for all changes of a VPC\'s rules', async () => {
    const lab = await start();
    await lab.change(shut);
    const first = await staying();
    expect(first).not.toEqual([]);
    expect(await ssh(lab)).toBe('silent');
    await lab.change(open);
    expect(await ssh(lab)).toBe('open: 198.51.100.7');
    expect(await staying()).toEqual(first);
  });

  it('is missed by nobody when it is killed', async () => {
    const lab = await start();
    await lab.change(shut);
    const pids = await staying();
    await fabric?.run('', ['kill', '-KILL', ...pids]);
    await lab.change(open);
    expect(await ssh(lab)).toBe('open: 198.51.100.7');
    await lab.change(shut);
    expect(await ssh(lab)).toBe('silent');
    expect((await staying()).filter((pid) => pids.includes(pid))).toEqual([]);
  });

  it('does not keep the namespace of a VPC that goes', async () => {
    const lab = await start();
    await lab.change(shut);
    expect(await staying()).not.toEqual([]);
    const { region } = changed();
    await fabric?.apply({ region, vpcs: [], subnets: [], routeTables: [], networkAcls: [], securityGroups: [], networkInterfaces: [], internetGateways: [], natGateways: [], vpcEndpoints: [], prefixLists: [] });
    expect(await staying()).toEqual([]);
  });
});

describe('rules where nft is another', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-rules-'));
  const asked = join(folder, 'asked');
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(asked, { force: true });
  });
  /** `body`: what it does with `-i`; with `-f -` it says what it read, and refuses what has `wrong` in it. */
  const rulesWith = (body: string): Rules => {
    writeFileSync(join(folder, 'nft'), `#!/bin/sh\necho "$1" >> ${asked}\nif [ "$1" = -i ]; then\n${body}\nfi\nread -r line\necho "$line"\ncase $line in *wrong*) exit 1;; esac\n`);
    chmodSync(join(folder, 'nft'), 0o755);
    vi.stubEnv('PATH', [folder, process.env['PATH']].join(delimiter));
    return new Rules(new Shells());
  };
  const asks = (): string[] => readFileSync(asked, 'utf8').trim().split('\n');

  it('has one that ends take each, where there is no interactive mode, and does not ask again', async () => {
    const rules = rulesWith('echo "Error: interactive CLI not supported in this build" >&2; exit 1');
    expect(await rules.run('', ['add one\n', 'add two\n'])).toEqual({ status: 0, stdout: '', stderr: 'add two\n' });
    expect(asks()).toEqual(['-i', '-f', '-f']);
  });

  it('says what one that ends says of what was refused, and goes no further', async () => {
    const rules = rulesWith(`while read -r line; do
case $line in
  *wrong*) printf 'Error: no such thing\\n%s\\n^^^\\n' "$line" >&2;;
  end-*) printf 'Error: syntax error, unexpected newline\\n%s\\n   ^\\n' "$line" >&2;;
esac
done
exit`);
    expect(await rules.run('', ['add one\n', 'add two\n'])).toMatchObject({ status: 0 });
    expect(asks()).toEqual(['-i']);
    expect(await rules.run('', ['add three\n', 'add wrong\n', 'add four\n'])).toEqual({ status: 1, stdout: '', stderr: 'add wrong\n' });
    expect(asks()).toEqual(['-i', '-f']);
    await rules.leave(['']);
  });

  it('takes one that talks otherwise for none', async () => {
    const rules = rulesWith(`while read -r line; do echo "nft> $line: what?" >&2; case $line in end-*) printf '%s\\n' "$line" >&2;; esac; done; exit`);
    expect(await rules.run('', ['add one\n'])).toMatchObject({ status: 0 });
    expect(asks()).toEqual(['-i', '-f']);
  });
});
