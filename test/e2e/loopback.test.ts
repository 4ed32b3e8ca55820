/**
 * On the local target nothing leaves loopback. The lab's whole life runs in a network namespace that has loopback and no
 * route: the kernel counts every packet that found no way out (OutNoRoutes, RFC 4293 ipSystemStatsOutNoRoutes).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Home, onEachFabric, root } from './program.js';

const namespaced = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

const COUNT = `const { readFileSync } = require('node:fs');
const [names, values] = readFileSync('/proc/net/snmp', 'utf8').split('\\n').filter((line) => line.startsWith('Ip:')).map((line) => line.split(' '));
const six = Number(/Ip6OutNoRoutes\\s+(\\d+)/.exec(readFileSync('/proc/net/snmp6', 'utf8'))?.[1] ?? 0);
console.log('count', Number(values[names.indexOf('OutNoRoutes')]) + six);`;

const LEAVE = `const { connect } = require('node:net');
connect(80, '192.0.2.1').on('error', () => undefined);`;

onEachFabric('the local target', (fabric) => {
  const home = new Home(fabric);
  afterAll(() => home.remove());

  it.skipIf(!namespaced)('sends nothing beyond loopback from deploy to destroy', () => {
    const bin = join(root, 'bin/run.js');
    const script = `ip link set lo up
node -e "$COUNT"
for words in 'deploy --yes' list verify status 'exec 1 -- ping -c 1 8.8.8.8' 'exec 3 -- curl -s checkip.amazonaws.com' 'destroy --yes'; do
  node ${bin} $words >/dev/null 2>/tmp/ssmlab-loopback.$$ || { cat /tmp/ssmlab-loopback.$$; echo "failed: $words"; }
done
rm -f /tmp/ssmlab-loopback.$$
node -e "$COUNT"
node -e "$LEAVE"
node -e "$COUNT"`;
    const { stdout } = spawnSync('unshare', ['-rn', 'sh', '-c', script], { cwd: home.folder, env: { ...home.environment, COUNT, LEAVE }, encoding: 'utf8', timeout: 100_000 });
    expect(stdout).not.toContain('failed');
    const [before = -1, after = -1, control = -1] = [...stdout.matchAll(/^count (\d+)$/gm)].map((match) => Number(match[1]));
    expect(before).toBeGreaterThanOrEqual(0);
    expect(after).toBe(before);
    // The count is one that a packet to elsewhere does move.
    expect(control).toBeGreaterThan(after);
  });
});
