/**
 * AWS's own session-manager-plugin, where it is on PATH, at the local cloud: run by `ssmlab connect --client plugin` and by the
 * AWS CLI. Where it is not, what is said of a plugin that is none, too old or too new is still true.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pluginObstacleHere } from '../conformance/session/plugin.js';
import { Home, Terminal, exportsOf, onEachFabric } from './program.js';

const PROMPT = /sh-5\.2\$ $/u;
/** AWS's plugin looks at the terminal's size this often, and at once. Should a key come while it sends one, both messages have one number, and it is not heard any more (`protocol.md` §9, no. 2). */
const SIZE_LOOK_MS = 500;
const lacking = (...programs: string[]): string | undefined => programs.find((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
const missing = pluginObstacleHere() ?? (lacking('aws', 'ssh', 'scp', 'ssh-keygen', 'script') === undefined ? undefined : `no ${lacking('aws', 'ssh', 'scp', 'ssh-keygen', 'script')} on PATH`);

onEachFabric('--client plugin', (fabric) => describe.skipIf(!Terminal.available)('in a terminal', () => {
  const home = new Home(fabric);
  let third = '';
  beforeAll(() => {
    expect(home.run(['deploy', '--yes']).status).toBe(0);
    third = home.json<{ instances: { instanceId: string }[] }>('list').instances[2]?.instanceId ?? '';
  }, 120_000);
  afterAll(() => home.remove());

  /** A shell in a terminal, run by `ssmlab` with this folder first on PATH; what it said until it ended. */
  async function refused(folder: string | undefined): Promise<string> {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((one) => lacking(join(one, 'session-manager-plugin')) !== undefined);
    const terminal = new Terminal(`stty cols 200; ssmlab connect 3 --client plugin; echo "[ended $?]"`, home.folder, { ...home.environment, PATH: [...(folder === undefined ? [] : [folder]), ...folders, join(home.folder, 'installed')].join(delimiter) });
    const text = await terminal.waitFor(/\[ended 3\]/u, 20_000);
    // Before a session was started, which the line above a shell would tell of.
    expect(text).not.toContain('Session Manager');
    return text;
  }

  it.each([
    { version: '1.2.400.0', says: 'session-manager-plugin 1.2.400.0 is older than 1.2.536.0, the first that takes a token out of sight of other users' },
    { version: '1.2.896.0', says: 'session-manager-plugin 1.2.896.0 opens streams of AWS only: on the local cloud it has to be older than 1.2.889.0' },
  ])('says what is wrong with a plugin $version', async ({ version, says }) => {
    const folder = join(home.folder, version);
    mkdirSync(folder);
    writeFileSync(join(folder, 'session-manager-plugin'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    const text = await refused(folder);
    expect(text).toContain(says);
    expect(text).toContain('--client native');
  });

  it('says that there is none', async () => {
    expect(await refused(undefined)).toContain('session-manager-plugin is not on PATH');
  });

  describe.skipIf(missing !== undefined)(`AWS's own${missing === undefined ? '' : ` (${missing})`}`, () => {
    let environment: NodeJS.ProcessEnv;
    beforeAll(() => {
      environment = { ...home.environment, ...exportsOf(home), PATH: process.env['PATH'], AWS_PAGER: '' };
    });
    const shell = (line: string) => spawnSync('sh', ['-euc', line], { cwd: home.folder, env: environment, encoding: 'utf8', timeout: 60_000 });

    it.each([
      // The plugin leaves the terminal without line editing (protocol.md §6); who runs it from here gets it back.
      { by: 'ssmlab connect', command: () => 'ssmlab connect 3 --client plugin', after: /(?<!-)\bicanon\b/u },
      { by: 'aws ssm start-session', command: () => `aws ssm start-session --target ${third}`, after: /\bicanon\b/u },
    ])('gives a shell by $by, sized and sized again', async ({ command, after }) => {
      const terminal = new Terminal(`trap : INT; tty; stty cols 91 rows 27; ${command()}; echo "[ended $?]"; stty -a`, home.folder, { ...environment, PATH: [environment['PATH'], join(home.folder, 'installed')].join(delimiter) });
      await terminal.waitFor(PROMPT, 30_000);
      const types = async (line: string): Promise<void> => {
        await sleep(SIZE_LOOK_MS + 100);
        terminal.type(`${line}\r`);
      };
      await types('whoami');
      await terminal.waitFor(/\r\nssm-user\r+\n/u);
      await terminal.waitFor(PROMPT);
      const says = async (size: RegExp): Promise<void> => {
        await types('stty size');
        await terminal.waitFor(size);
        await terminal.waitFor(PROMPT);
      };
      await says(/\r\n27 91\r+\n/u);
      terminal.resize({ columns: 120, rows: 40 });
      await says(/\r\n40 120\r+\n/u);
      terminal.type('exit\r');
      await terminal.waitFor(/\[ended 0\]/u);
      await terminal.waitFor(after);
    });

    it('gives ssh and scp their way, with a key that is pushed for a minute', () => {
      const bytes = randomBytes(1_000_000);
      writeFileSync(join(home.folder, 'sent'), bytes);
      const proxy = "-o 'ProxyCommand=aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p'";
      const options = `-i key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${proxy}`;
      const run = shell([
        "ssh-keygen -q -t ed25519 -N '' -f key",
        `aws ec2-instance-connect send-ssh-public-key --instance-id ${third} --instance-os-user ec2-user --ssh-public-key file://key.pub > /dev/null`,
        `scp ${options} sent ec2-user@${third}:sent`,
        `ssh ${options} ec2-user@${third} 'sha256sum sent; echo err >&2; exit 7' || echo "status $?"`,
      ].join('\n'));
      expect(run.stdout, run.stderr).toBe(`${createHash('sha256').update(bytes).digest('hex')}  sent\nstatus 7\n`);
      expect(run.stderr).toContain('err\n');
    });

    it('forwards a port, by the document', () => {
      const run = shell([
        `aws ssm start-session --target ${third} --document-name AWS-StartPortForwardingSession --parameters portNumber=22,localPortNumber=0 > out & p=$!`,
        'until grep -q Waiting out; do sleep 0.1; done',
        "port=$(sed -n 's/^Port \\([0-9]*\\) opened.*/\\1/p' out)",
        `'${process.execPath}' -e 'require("node:net").connect('$port', "127.0.0.1").once("data", (data) => { process.stdout.write(data); process.exit(); })'`,
        // It numbers what it sends from two threads without a lock: the connection's end and the session's, sent at once, may be one number, and the second is not heard.
        'sleep 0.5; kill -INT $(cat /proc/$p/task/$p/children); wait $p',
      ].join('\n'));
      expect(run.stdout, run.stderr).toMatch(/^SSH-2\.0-/u);
      expect(run.status).toBe(0);
    });

    it('is ended by the service, and leaves no session behind', () => {
      // ssh ends its ProxyCommand by a signal, sometimes before that has acknowledged the last bytes: such a session is kept for its coming back, which AWS's plugin leaves out.
      const run = shell(`aws ssm describe-sessions --state Active --output text --query "Sessions[?Status != 'Disconnected' || DocumentName != 'AWS-StartSSHSession'].[DocumentName, Status]"`);
      expect(run.stdout).toBe('');
    });
  });
}));
