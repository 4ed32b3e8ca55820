/** What people do wrong, and what breaks around them, one by one through the real program (issue 2, "Bad input"). */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Home, root, type Run, Terminal } from './program.js';

const home = new Home();
const state = home.environment['SSMLAB_HOME'] ?? '';
const cloud = join(state, 'cloud');
const run = (line: string, options?: Parameters<Home['run']>[1]): Run => home.run(line.split(' '), options);

/** Two lines on stderr: what happened with its code, then the next step; nothing on stdout. */
function expectError({ status, stdout, stderr }: Run, exit: number, code: string, ...parts: readonly (string | RegExp)[]): void {
  expect(stderr).toMatch(new RegExp(String.raw`^(?:[^\n]*\n)*error: [^\n]+ {3,}\[${code}\]\n(?: {7}[^\n]*\n)*hint:  [^\n]+\n$`, 'u'));
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr).not.toContain(String.fromCodePoint(27));
  expect({ status, stdout }).toEqual({ status: exit, stdout: '' });
}

const takePort = (port: number): Promise<Server> => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
});

afterAll(() => {
  run('destroy --yes');
  home.remove();
});

describe('with nothing there', () => {
  it.each([
    ['list', 3], ['connect 3', 3], ['exec 3 -- true', 255], ['verify', 3],
  ])('%s says that no lab is deployed', (line, exit) => {
    const got = run(line);
    expectError(got, exit, 'no-lab', /no lab is deployed here/u, /run `ssmlab deploy` first/u);
  });

  it('takes a lab that is not there for an answer where it is one', () => {
    expect(run('status')).toMatchObject({ status: 0, stdout: expect.stringContaining('not deployed') as string });
    expect(run('destroy --yes')).toMatchObject({ status: 0, stderr: 'There is no lab, and no local cloud.\n' });
    expect(run('local stop')).toMatchObject({ status: 0, stdout: 'The local cloud does not run.\n' });
  });

  it.each([
    ['conect 3', 'did you mean `ssmlab connect`?'],
    ['list --foo', 'there is no flag --foo'],
    ['list --target mars', 'one of: local, aws'],
    ['deploy --region ../x', '"../x" is not a region\'s name'],
    ['list --stack a/b', '"a/b" is not a stack\'s name'],
    ['deploy --ssh-from 300.1.1.1/32', '--ssh-from: "300.1.1.1/32" is not an IPv4 address or prefix'],
    ['deploy --target aws --dry-run --ssh-from auto', '--ssh-from: "auto" is not an IPv4 address or prefix'],
    ['deploy --ssh-from ::/0', '--ssh-from: "::/0" is IPv6, and instance 1 has IPv4 only'],
    ['deploy --template /nowhere.yaml', '--template: no file found at /nowhere.yaml'],
    ['local start --port 99999', '--port: expected an integer less than or equal to 65535'],
    ['exec 3', 'no command is given'],
    ['exec 3 true', '`ssmlab exec 3 -- true`'],
    ['destroy 3', 'unexpected argument: 3'],
    ['deploy now', 'unexpected argument: now'],
    ['local stop 1 2', 'unexpected arguments: 1, 2'],
    ['local status', 'did you mean `ssmlab status`?'],
    ['local status --help', 'did you mean `ssmlab status`?'],
    ['-x', 'there is no flag -x without a command'],
    ['exec -- true', 'missing instance'],
  ])('`%s` is wrong usage', (line, part) => {
    const got = run(line);
    expect([2, 255]).toContain(got.status);
    expect(got.stderr).toContain(part);
    expect(got.stderr).toContain('[usage]');
    expect(readdirSync(home.folder)).not.toContain('state');
  });

  it('takes the short flags that everybody tries', () => {
    expect(run('-h')).toMatchObject({ status: 0, stdout: run('--help').stdout });
    expect(run('list -h')).toMatchObject({ status: 0, stdout: run('list --help').stdout });
    for (const flag of ['-v', '-V']) expect(run(flag)).toMatchObject({ status: 0, stdout: run('--version').stdout });
  });

  it('gives errors as JSON where JSON is asked for', () => {
    const got = run('list --json');
    expect(JSON.parse(got.stdout)).toEqual({ error: { code: 'no-lab', message: 'no lab is deployed here', hint: 'run `ssmlab deploy` first' } });
    expect(got).toMatchObject({ status: 3, stderr: '' });
  });

  it('names the Node that is too old', () => {
    // The version is read-only; an old Node is played by a script that changes it first.
    const script = `Object.defineProperty(process.versions, 'node', { value: '18.19.0' }); Object.defineProperty(process, 'version', { value: 'v18.19.0' }); await import(${JSON.stringify(join(root, 'bin/run.js'))});`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env: home.environment, encoding: 'utf8' });
    expect(stderr).toContain('18.19.0');
    expect(stderr).toContain('[node-too-old]');
    expect(status).toBe(3);
  });
});

describe('templates', () => {
  const deploy = (name: string, text: string): Run => {
    writeFileSync(join(home.folder, name), text);
    return run(`deploy --yes --template ${name}`);
  };

  it.each([
    ['unknown.yaml', 'Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties: {}\n', [/AWS::Lambda::Function\] \(line 3\)/u, /The local cloud has .*AWS::EC2::Instance,/u]],
    ['broken.yaml', 'Resources:\n  A:\n    Type: AWS::EC2::VPC\n   Properties:\n', [/YAML not well-formed\. \(line 4, column 1\)/u, /mend the template at the line named/u]],
    ['broken.json', '{"Resources": {"A": {"Type": "AWS::EC2::VPC"}', [/JSON not well-formed/u]],
    ['binary.yaml', '\u0000\u0001\u0002', [/the template is refused/u]],
  ])('%s', (name, text, parts) => {
    const got = deploy(name, text);
    expectError(got, 3, 'template-invalid', ...parts);
  });

  it('an unknown property fails its resource, and the stack is rolled back', () => {
    const got = deploy('property.yaml', 'Resources:\n  A:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlok: 10.0.0.0/16\n');
    expectError(got, 3, 'stack-failed', /A \(AWS::EC2::VPC\)/u, /extraneous key \[CidrBlok\] is not permitted/u, /rolling back/u);
  });
});

describe('with the lab', () => {
  const key = join(state, 'labs/local-ap-northeast-1-ssmlab/key/id_ed25519');
  beforeAll(() => {
    // Two at once: one makes it, the other watches with it.
    const line = `"${process.execPath}" "${join(root, 'bin/run.js')}" deploy --yes --brief`;
    const { stdout } = spawnSync('sh', ['-c', `${line} >one 2>&1 & first=$!; ${line} >two 2>&1; echo "second $?"; wait $first; echo "first $?"`], { cwd: home.folder, env: home.environment, encoding: 'utf8', timeout: 60_000 });
    expect(stdout, `${readFileSync(join(home.folder, 'one'), 'utf8')}\n---\n${readFileSync(join(home.folder, 'two'), 'utf8')}`).toBe('second 0\nfirst 0\n');
  });

  it('names near instances, or all that there are', () => {
    expectError(run('exec Instnce3 -- true'), 255, 'instance-not-found', /"Instnce3"/u, /did you mean .*Instance3/u);
    expectError(run('exec web -- true'), 255, 'instance-not-found', /there are Instance1, Instance2, Instance3, Instance4/u);
  });

  it('wants a terminal for a shell', () => {
    expectError(run('connect 3'), 2, 'no-terminal', /ssmlab exec 3 -- COMMAND/u);
    expectError(run('connect'), 2, 'no-terminal');
  });

  it('wants a key file that is there, is a key, and is the user\'s alone', () => {
    chmodSync(key, 0o644);
    expectError(run('exec 1 -- true'), 255, 'key-unsafe', /mode 0644/u, /chmod 600/u);
    chmodSync(key, 0o600);
    const good = readFileSync(key);
    writeFileSync(key, 'no key\n');
    expectError(run('exec 1 -- true'), 255, 'key-unusable');
    rmSync(key);
    expectError(run('exec 1 -- true'), 255, 'key-missing', /is not there/u);
    writeFileSync(key, good, { mode: 0o600 });
    expect(run('exec 1 -- true').status).toBe(0);
  });

  it('goes through pipes that end early, closed outputs and narrow, dumb or colourless terminals', () => {
    const shell = (line: string) => spawnSync('bash', ['-c', `set -o pipefail; ssmlab() { "${process.execPath}" "${join(root, 'bin/run.js')}" "$@"; }; ${line}`], { cwd: home.folder, env: home.environment, encoding: 'utf8' });
    expect(shell('ssmlab list | tee copy | wc -l')).toMatchObject({ status: 0, stderr: '' });
    expect(shell('ssmlab list | head -1')).toMatchObject({ status: 0, stderr: '' });
    expect(shell('ssmlab template | head -1')).toMatchObject({ status: 0, stderr: '' });
    expect(shell('ssmlab list --json | head -c 1')).toMatchObject({ status: 0, stderr: '', stdout: '{' });
    expect(shell('ssmlab list >&-').stderr).not.toMatch(/\bat .*\(|fault/u);
    if (existsSync('/dev/full')) {
      for (const line of ['list', 'list --json', '--help', 'nix --json']) {
        const full = shell(`ssmlab ${line} > /dev/full`);
        expectError({ ...full, took: 0 }, 3, 'output-failed', /the output cannot be written: no space is left/u, /somewhere else/u);
        expect(full.stderr).not.toMatch(/\bat .*\(/u);
      }
      for (const line of ['exec 1 -- echo hi', 'exec 3 -- echo hi']) expectError({ ...shell(`ssmlab ${line} > /dev/full`), took: 0 }, 255, 'output-failed', /the output cannot be written: no space is left/u, /somewhere else/u);
      expect(shell('ssmlab exec 3 -- "yes" | head -1')).toMatchObject({ status: 141, stderr: '', stdout: 'y\n' });
    }
    expect(shell('ssmlab list 2>&-')).toMatchObject({ status: 0 });
    expect(shell('ssmlab list </dev/null')).toMatchObject({ status: 0 });
    const escape = String.fromCodePoint(27);
    for (const [environment, colours] of [[{ NO_COLOR: '1' }, false], [{ NO_COLOR: '', FORCE_COLOR: '1' }, true]] as const) {
      expect(run('verify 4', { environment }).stdout.includes(escape)).toBe(colours);
    }
  });

  it.skipIf(!Terminal.available)('fits 80 columns, also of a dumb terminal', async () => {
    for (const [columns, term] of [[80, 'xterm'], [80, 'dumb']] as const) {
      home.environment['TERM'] = term;
      const terminal = home.terminal(['list'], { columns, rows: 40 });
      const text = await terminal.waitFor(/\[ended 0\]/, 20_000);
      home.environment['TERM'] = 'xterm-256color';
      const table = text.split('\r\n').filter((line) => /^ +(?:#|[1-4]) /u.test(line));
      expect(table.length).toBeGreaterThanOrEqual(5);
      for (const line of table) expect(line.length).toBeLessThanOrEqual(columns);
      terminal.kill();
    }
  });

  it.skipIf(!Terminal.available)('says on Ctrl-C what is left behind, once, last, and not that something goes on where nothing does', async () => {
    const moves = new RegExp(String.raw`${String.fromCodePoint(27)}\[[?\d;]*[A-Za-z]`, 'gu');
    const interrupted = async (args: string[], shown: RegExp): Promise<string> => {
      const terminal = home.terminal(args);
      await terminal.waitFor(shown, 20_000);
      terminal.type('\u0003');
      await terminal.waitFor(/\[ended 130\]/, 10_000);
      return terminal.text.slice(0, terminal.text.indexOf('[ended')).replaceAll(moves, '').trimEnd();
    };
    for (const shown of [/Destroying ssmlab/, /Destroy all of it\?/]) {
      expect(await interrupted(['destroy'], shown)).toMatch(/interrupted: nothing was deleted; run `ssmlab destroy` again$/u);
    }
    expect(await interrupted(['connect'], /Instance4/)).toMatch(/interrupted: nothing was changed; run the same command again to begin anew$/u);
    expect(await interrupted(['verify'], /Verifying over/)).toMatch(/interrupted: nothing was changed; run the same command again to begin anew$/u);
    expect(JSON.parse(run('status --json').stdout)).toMatchObject({ stack: { status: 'CREATE_COMPLETE' }, instances: { running: 4 } });
    const terminal = home.terminal(['destroy']);
    await terminal.waitFor(/Destroy all of it\?/);
    terminal.type('n\r');
    await terminal.waitFor(/error: nothing was deleted: the answer was no[\s\S]*\[ended 3\]/);
  });

  it('goes on where Ctrl-C left it, once or twice', async () => {
    expect(run('destroy --yes').status).toBe(0);
    for (const times of [1, 2]) {
      const child = home.start('deploy', '--yes');
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      for (let waited = 0; !said.includes('VPC1') && waited < 200; waited += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      for (let press = 0; press < times; press += 1) child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(said).toMatch(/interrupted: the stack goes on being made; run `ssmlab deploy --yes` again/u);
      expect(run('deploy --yes').status).toBe(0);
      expect(run('verify').status).toBe(0);
      if (times === 1) expect(run('destroy --yes').status).toBe(0);
    }
  });
});

describe('with a local cloud in trouble', () => {
  let saved: string;
  const restore = (): void => {
    run('local stop');
    rmSync(state, { recursive: true, force: true });
    cpSync(saved, state, { recursive: true });
    for (const folder of [state, cloud]) chmodSync(folder, 0o700);
  };
  beforeAll(() => {
    saved = join(home.folder, 'saved');
    run('local stop');
    cpSync(state, saved, { recursive: true });
  });
  afterEach(restore);

  it('says that it does not run, and what brings it back', () => {
    for (const line of ['list', 'verify']) expectError(run(line), 3, 'cloud-not-running', /run `ssmlab local start`: it brings the lab back as it was/u);
    expect(run('status').stdout).toContain('not known while the local cloud does not run');
    expectError(run('local env'), 3, 'cloud-not-running');
  });

  it.each(['endpoint', 'uplink'] as const)('names its %s port when another program has it', async (port) => {
    const { ports } = JSON.parse(readFileSync(join(cloud, 'secrets.json'), 'utf8')) as { ports: Record<string, number> };
    const server = await takePort(ports[port] ?? 0);
    expectError(run('local start'), 3, 'cloud-port-taken', new RegExp(`127\\.0\\.0\\.1:${ports[port]}`, 'u'));
    await new Promise((resolve) => server.close(resolve));
    expect(run('local start').status).toBe(0);
    expectError(run('local start --port 1'), 2, 'usage', /runs already, on port/u);
  });

  it.each<[string, string, (path: { journal: string; secrets: string }) => void]>([
    ['a journal of another version', 'state-version', ({ journal }) => writeFileSync(journal, '{"ssmlab-journal":99}\n')],
    ['a foreign file as journal', 'state-corrupt', ({ journal }) => writeFileSync(journal, 'hello\n')],
    ['a damaged line in the middle', 'state-corrupt', ({ journal }) => writeFileSync(journal, readFileSync(journal, 'utf8').replace('\n', '\n00000000 []\n'))],
    ['a link as journal', 'state-unsafe', ({ journal }) => (renameSync(journal, `${journal}.real`), symlinkSync(`${journal}.real`, journal))],
    ['a folder as journal', 'state-unsafe', ({ journal }) => (rmSync(journal), mkdirSync(journal))],
    ['damaged secrets', 'state-corrupt', ({ secrets }) => writeFileSync(secrets, '{')],
    ['secrets that are gone', 'state-corrupt', ({ secrets }) => rmSync(secrets)],
    ['secrets that others can read', 'state-unsafe', ({ secrets }) => chmodSync(secrets, 0o644)],
    ['a state folder that others can read', 'state-unsafe', () => chmodSync(state, 0o755)],
    ['a cloud folder that others can write', 'state-unsafe', () => chmodSync(cloud, 0o777)],
    ['a link as cloud folder', 'state-unsafe', () => (renameSync(cloud, `${cloud}.real`), symlinkSync(`${cloud}.real`, cloud))],
  ])('refuses %s', (_, code, harm) => {
    harm({ journal: join(cloud, 'journal'), secrets: join(cloud, 'secrets.json') });
    expectError(run('local start'), 3, code, new RegExp(state, 'u'));
  });

  it('cuts off a torn last line, and has everything before it', () => {
    const journal = join(cloud, 'journal');
    const text = readFileSync(journal);
    writeFileSync(journal, Buffer.concat([text, Buffer.from('12345678 [["ap-north')]));
    expect(run('local start').status).toBe(0);
    expect(run('verify').status).toBe(0);
    run('local stop');
    truncateSync(journal, readFileSync(journal).length);
    expect(readFileSync(journal, 'utf8')).not.toContain('12345678 [["ap-north');
  });

  it('sends the service\'s answer to wrong credentials', () => {
    expect(run('local start').status).toBe(0);
    const secrets = JSON.parse(readFileSync(join(cloud, 'secrets.json'), 'utf8')) as { lab: { secretAccessKey: string } };
    secrets.lab.secretAccessKey = 'wrong';
    writeFileSync(join(cloud, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
    expectError(run('list'), 3, 'credentials-wrong');
  });
});
