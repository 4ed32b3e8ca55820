/** `npm start`: the main job on the local cloud, as a user would type it: deploy (which lists), verify, and what to do next. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function ssmlab(...args) {
  const { status, signal } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(signal === 'SIGINT' ? 130 : (status ?? 3));
}

ssmlab('deploy', '--yes', '--brief');
process.stdout.write('\n');
ssmlab('verify');
process.stdout.write(`
Next
  npx ssmlab connect 3          a shell behind the NAT gateway; try: ping 8.8.8.8, ec2-metadata --public-ipv4
  npx ssmlab connect 4          a shell with no internet at all, and yet it opens
  npx ssmlab destroy            stop the local cloud and leave nothing behind
`);
