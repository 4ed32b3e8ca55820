/**
 * `aws ssm start-session` without AWS's plugin: after `eval "$(ssmlab local env)"` our own client stands in for it, and a
 * real plugin that is earlier on PATH wins (issue 3, `protocol.md` §1).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, root, Terminal } from './program.js';

const aws = spawnSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).stdout.trim();
const present = aws !== '' && Terminal.available;

describe.skipIf(!present)(`the AWS CLI without AWS's plugin${present ? '' : ' (no aws or no script on PATH)'}`, () => {
  const home = new Home();
  // Nothing but the AWS CLI and the system's own folders: a plugin that is installed here must not help.
  const path = `${join(home.folder, 'only-aws')}:/usr/bin:/bin`;
  const environment: NodeJS.ProcessEnv = { ...home.environment, PATH: path, AWS_PAGER: '' };
  const ssmlab = `'${process.execPath}' '${join(root, 'bin/run.js')}'`;
  const shell = (line: string) => spawnSync('sh', ['-euc', line], { cwd: home.folder, env: environment, encoding: 'utf8', timeout: 60_000 });
  const folder = join(home.folder, 'state', 'cloud', 'bin');
  let third = '';

  beforeAll(() => {
    mkdirSync(join(home.folder, 'only-aws'));
    writeFileSync(join(home.folder, 'only-aws', 'aws'), `#!/bin/sh\nexec '${aws}' "$@"\n`, { mode: 0o755 });
    const run = home.run(['deploy', '--yes']);
    expect(run.status, run.stderr).toBe(0);
    third = home.json<{ instances: { instanceId: string }[] }>('list').instances[2]?.instanceId ?? '';
  }, 120_000);
  afterAll(() => home.remove());

  it('gives a shell in a terminal', async () => {
    const terminal = new Terminal(`stty cols 91 rows 27; eval "$(${ssmlab} local env)"; aws --endpoint-url "$AWS_ENDPOINT_URL" ssm start-session --target ${third}; echo "[ended $?]"; stty -a`, home.folder, environment);
    await terminal.waitFor(/Starting session with SessionId: ssmlab-[0-9a-z]+\r?\n/u, 30_000);
    await terminal.waitFor(/sh-5\.2\$ /u);
    terminal.type('stty size; whoami\r');
    await terminal.waitFor(/\r\n27 91\r\nssm-user\r\n/u);
    await terminal.waitFor(/sh-5\.2\$ /u);
    terminal.type('sleep 60\r');
    await terminal.waitFor(/sleep 60\r\n/u);
    terminal.type('\u0003');
    await terminal.waitFor(/sh-5\.2\$ /u);
    terminal.type('exit\r');
    await terminal.waitFor(/Exiting session with sessionId: ssmlab-[0-9a-z]+\.\r?\n/u);
    await terminal.waitFor(/\[ended 0\]/u);
    await terminal.waitFor(/(?<!-)\bicanon\b/u);
  });

  it('names a service that fell silent within 10 s, on lines of its own, and goes on when it is back', async () => {
    const { pid } = home.json<{ localCloud: { pid: number } }>('status').localCloud;
    const terminal = new Terminal(`stty cols 160; eval "$(${ssmlab} local env)"; aws --endpoint-url "$AWS_ENDPOINT_URL" ssm start-session --target ${third}; echo "[ended $?]"`, home.folder, environment);
    await terminal.waitFor(/sh-5\.2\$ /u, 30_000);
    terminal.type('echo half');
    await terminal.waitFor(/echo half$/u);
    process.kill(pid, 'SIGSTOP');
    try {
      await terminal.waitFor(/\r\nConnection lost: nothing was heard from 127\.0\.0\.1:\d+ for \d+ s\. Seeking the way back; ~\. leaves\.\r\n/u, 11_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await terminal.waitFor(/\r\nConnected again\.\r\n/u);
    terminal.type('way\r');
    await terminal.waitFor(/\r\nhalfway\r\n/u);
    terminal.type('exit\r');
    await terminal.waitFor(/\[ended 0\]/u);
  });

  it('says soon that the local cloud has gone, and gives the terminal back', async () => {
    const { pid } = home.json<{ localCloud: { pid: number } }>('status').localCloud;
    const terminal = new Terminal(`stty cols 160; eval "$(${ssmlab} local env)"; aws --endpoint-url "$AWS_ENDPOINT_URL" ssm start-session --target ${third}; echo "[ended $?]"; stty -a`, home.folder, environment);
    await terminal.waitFor(/sh-5\.2\$ /u, 30_000);
    process.kill(pid, 'SIGKILL');
    try {
      await terminal.waitFor(/Cannot perform start session: nothing answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\); the way back was sought for \d+ s\r\n/u, 15_000);
      await terminal.waitFor(/\[ended 0\][\s\S]*(?<!-)\bicanon\b/u);
    } finally {
      expect(home.run(['local', 'start']).status).toBe(0);
    }
  });

  it('runs a command of a document', () => {
    const run = shell(`eval "$(${ssmlab} local env)"; aws --endpoint-url "$AWS_ENDPOINT_URL" ssm start-session --target ${third} --document-name AWS-StartNonInteractiveCommand --parameters command='echo seen from $(hostname)' < /dev/null`);
    expect(run.stdout).toMatch(/seen from ip-10-0-2-\d+/u);
    expect(run.status).toBe(0);
  });

  it('forwards a port to another host until it is interrupted, and then ends the session', () => {
    const aws = 'aws --endpoint-url "$AWS_ENDPOINT_URL" ssm';
    const run = shell([
      `eval "$(${ssmlab} local env)"`,
      `${aws} start-session --target ${third} --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters host=checkip.amazonaws.com,portNumber=80,localPortNumber=0 > out & p=$!`,
      'until grep -q Waiting out; do sleep 0.1; done',
      "port=$(sed -n 's/^Port \\([0-9]*\\) opened.*/\\1/p' out)",
      `'${process.execPath}' -e 'fetch("http://127.0.0.1:'$port'/").then((r) => r.text()).then((t) => process.stdout.write(t))'`,
      'kill -INT $(cat /proc/$p/task/$p/children); wait $p',
      `${aws} describe-sessions --state Active --query "length(Sessions)"`,
      'cat out',
    ].join('\n'));
    expect(run.stdout, run.stderr).toMatch(/^198\.18\.\d+\.\d+\n0\n\nStarting session with SessionId: (\S+)\nPort \d+ opened for sessionId \1\.\n\nWaiting for connections\.\.\.\n\nConnection accepted for session \[\1\]\nTerminate signal received, exiting\.\n\n\nExiting session with sessionId: \1\.\n/u);
  });

  it('forwards a unix socket to a port of the instance', () => {
    const aws = 'aws --endpoint-url "$AWS_ENDPOINT_URL" ssm';
    const run = shell([
      `eval "$(${ssmlab} local env)"`,
      `${aws} start-session --target ${third} --document-name AWS-StartPortForwardingSessionToSocket --parameters portNumber=22,localUnixSocket=${home.folder}/ssh.sock > socket-out & p=$!`,
      'until grep -q Waiting socket-out; do sleep 0.1; done',
      `stat -c %a ssh.sock; '${process.execPath}' -e 'require("node:net").connect("ssh.sock").once("data", (data) => { process.stdout.write(data); process.exit(); })'`,
      'kill -INT $(cat /proc/$p/task/$p/children); wait $p',
      'test -e ssh.sock || echo gone; cat socket-out',
    ].join('\n'));
    expect(run.stdout, run.stderr).toMatch(/^600\nSSH-2\.0-[^\n]+\ngone\n\nStarting session with SessionId: (\S+)\nUnix socket \S+\/ssh\.sock opened for sessionId \1\.\n/u);
  });

  it('keeps the program private and puts it last', () => {
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'session-manager-plugin')).mode & 0o777]).toEqual([0o700, 0o700]);
    const run = shell(`eval "$(${ssmlab} local env)"; echo "$PATH"; session-manager-plugin --version; eval "$(${ssmlab} local env --unset)"; echo "$PATH"; command -v session-manager-plugin || echo none`);
    expect(run.stdout.split('\n')).toEqual([`${path}:${folder}`, expect.stringMatching(/^1\.\d+\.\d+\.\d+$/u) as string, path, 'none', '']);
  });

  it('gives way to a real plugin', () => {
    const real = join(home.folder, 'only-aws', 'session-manager-plugin');
    writeFileSync(real, '#!/bin/sh\necho the real one\n');
    chmodSync(real, 0o755);
    expect(shell(`eval "$(${ssmlab} local env)"; session-manager-plugin x`).stdout).toBe('the real one\n');
  });

  it('goes with the lab', () => {
    expect(home.run(['destroy', '--yes']).status).toBe(0);
    expect([existsSync(folder), existsSync(dirname(folder))]).toEqual([false, false]);
  });
});
