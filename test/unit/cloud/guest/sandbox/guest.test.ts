/** A guest as the region sees it: files, quota, memory, power, the fabric. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createServer } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FabricError } from '../../../../../src/cloud/fabric/fabric.js';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { createSandboxGuestHost } from '../../../../../src/cloud/guest/sandbox/host.js';
import { bootGuest, bundleWorker, run, silentFabric, SPECIFICATION, Terminal } from './bundled-worker.js';
import { CERTIFICATE, KEY } from './web-test-certificate.js';

let workerUrl: URL;
let guest: Guest;
beforeAll(async () => {
  workerUrl = await bundleWorker();
  guest = await bootGuest(workerUrl);
});
afterAll(() => guest.stop());

describe('files', () => {
  it('are those that its processes see', async () => {
    const files = guest.files('ec2-user');
    await files.makeDirectory('/home/ec2-user/d', 0o755);
    await files.create('/home/ec2-user/d/f', 0o640);
    await files.write('/home/ec2-user/d/f', 0, Buffer.from('hello\n'));
    await files.write('/home/ec2-user/d/f', 6, Buffer.from('again\n'));
    expect((await files.read('/home/ec2-user/d/f', 3, 5)).toString()).toBe('lo\nag');
    await files.symlink('f', '/home/ec2-user/d/l');
    expect(await files.readLink('/home/ec2-user/d/l')).toBe('f');
    expect(await files.realPath('/home/ec2-user/d/../d/l')).toBe('/home/ec2-user/d/f');
    await files.setModified('/home/ec2-user/d/f', 1_700_000_000);
    expect(await files.stat('/home/ec2-user/d/f')).toEqual({ kind: 'file', size: 12, mode: 0o640, uid: 1000, gid: 1000, modified: 1_700_000_000 });
    expect((await files.list('/home/ec2-user/d')).map(({ name, stat }) => [name, stat.kind])).toEqual([['f', 'file'], ['l', 'symlink']]);
    expect((await run(guest, 'cat d/l; rm d/f; ls d', { user: 'ec2-user', directory: '/home/ec2-user' })).stdout).toBe('hello\nagain\nl\n');
    await files.remove('/home/ec2-user/d/l');
    await files.rename('/home/ec2-user/d', '/home/ec2-user/e');
    await files.removeDirectory('/home/ec2-user/e');
  });

  it.each([
    ['ENOENT', (user: 'ec2-user') => guest.files(user).stat('/nope')],
    ['EACCES', (user: 'ec2-user') => guest.files(user).list('/root')],
    ['EACCES', (user: 'ec2-user') => guest.files(user).create('/etc/x', 0o644)],
    ['EACCES', (user: 'ec2-user') => guest.files(user).read('/home/ssm-user/.bashrc', 0, 1)],
    ['ENOTEMPTY', (user: 'ec2-user') => guest.files(user).removeDirectory('/home/ec2-user/.ssh')],
    ['EISDIR', (user: 'ec2-user') => guest.files(user).read('/etc', 0, 1)],
    ['EPERM', (user: 'ec2-user') => guest.files(user).setMode('/etc/passwd', 0o777)],
  ])('fail with %s', async (code, attempt) => {
    await expect(attempt('ec2-user')).rejects.toMatchObject({ code });
  });

  it('have the tree of AL2023', async () => {
    const got = await run(guest, '. /etc/os-release; echo "$ID $VERSION"; cat /etc/hostname; cat ~ec2-user/.ssh/authorized_keys; sudo cat ~ec2-user/.ssh/authorized_keys; grep nameserver /etc/resolv.conf; command -v ping ls');
    expect(got.stdout).toBe('amzn 2023\nip-10-0-1-16.ap-northeast-1.compute.internal\nssh-ed25519 AAAAC3Nza key\nnameserver 10.0.0.2\n/usr/bin/ping\n/usr/bin/ls\n');
    expect(got.stderr).toBe('cat: /home/ec2-user/.ssh/authorized_keys: Permission denied\n');
  });

  it('end at the quota, and deleting gives room again', async () => {
    const got = await run(guest, 'dd if=/dev/zero of=big bs=1M count=300 status=none; echo $?; rm big; dd if=/dev/zero of=big bs=1M count=30 status=none; echo $?; wc -c < big; rm big');
    expect(got.stdout).toBe('1\n0\n31457280\n');
    expect(got.stderr).toContain('No space left on device');
  });
});

describe('devices', () => {
  it.each([
    ['head -c 3000 /dev/urandom | wc -c', '3000\n'],
    ['head -c 1000 /dev/zero | md5sum', 'ede3d3b685b4e137ba4cb2521329a75e  -\n'],
    ['dd if=/dev/zero bs=1M count=10 status=none | wc -c', '10485760\n'],
    ['dd if=/dev/zero bs=1M count=10 2>/dev/null | wc -c', '10485760\n'],
    ['cat /dev/urandom | head -c 100000 | wc -c', '100000\n'],
    ['head -n 2 /dev/urandom | wc -l', '2\n'],
    ['tr -dc a-z < /dev/urandom | head -c 70000 | wc -c', '70000\n'],
    ['{ head -c 5; head -c 5; } < /dev/zero | wc -c', '10\n'],
    ['head -c 5 /dev/null | wc -c', '0\n'],
  ])('%s', async (line, stdout) => {
    expect(await run(guest, line)).toMatchObject({ code: 0, stdout, stderr: '' });
  });
});

describe('power', () => {
  it.each([
    ['a fork bomb', ':(){ :|:& };:'],
    ['a doubling string', 'x=ab; while :; do x=$x$x || x=ab; done'],
    ['strings in an array', 'x=$(printf "%3000000s"); a=(); while :; do a+=("$x$RANDOM"); done'],
    ['a doubling array', 'a=(1); while :; do a+=("${a[@]}"); done'],
    ['endless output in a variable', 'x=$(yes)'],
    ['an endless line', 'cat /dev/zero | grep x'],
    ['sorting without end', 'yes abcdefghijklmnop | sort'],
    ['endless recursion', 'f() { f; }; f; g() { $(g); }; g'],
    ['a replacement that explodes', 'x=$(printf "%3000000s"); echo "${x// /$x}" | wc -c; echo "$x" | sed "s/ /&&&&&&&&&&&&&&&&&&&&&&&&&/g" | wc -c'],
    ['many braces', 'echo {1..99999}{1..99999}{1..99999}'],
    ['files without end', 'cd /tmp; mkdir n; cd n; i=0; while touch f$((i++)); do :; done; cd ..; rm -r n'],
    ['wide formats', 'while :; do printf -v x "%9999999s" {1..2000}; done'],
    ['a self-sourcing file', 'echo ". /tmp/s" > /tmp/s; . /tmp/s'],
  ])('survives %s', async (_, line) => {
    const before = process.memoryUsage().rss;
    await run(guest, `timeout -s KILL 3 sh -c '${line.replaceAll("'", "'\\''")}' > /dev/null 2>&1`);
    // Children that a bomb left behind go, too; those that fork while they are being killed take another round.
    let seen = '';
    for (let round = 0; round < 10 && !/^alive\n\d+\n$/u.test(seen); round++) {
      await run(guest, 'kill -9 -1; for p in $(ps -e | grep -v PID | cut -c1-7); do [ $p -gt 1 ] && [ $p != $$ ] && kill -9 $p; done');
      seen = (await run(guest, 'echo alive; ls / | wc -l')).stdout;
    }
    expect(seen).toMatch(/^alive\n\d+\n$/u);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  }, 30_000);

  it('a worker that dies ends its processes with KILL, and the next spawn starts another', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ssmlab-sandbox-'));
    const mortal = join(directory, 'mortal.mjs');
    writeFileSync(mortal, "import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ type }) => { if (type === 'spawn') process.exit(3); });");
    const fragile = await bootGuest(pathToFileURL(mortal));
    expect(await run(fragile, 'echo')).toEqual({ code: undefined, signal: 'KILL', stdout: '', stderr: '' });
    expect(await run(fragile, 'echo')).toEqual({ code: undefined, signal: 'KILL', stdout: '', stderr: '' });
    await expect(Promise.all([fragile.files('root').stat('/'), fragile.spawn({ user: 'root', run: { kind: 'line', line: ':' } })])).rejects.toMatchObject({ code: 'EIO' });
    await fragile.stop();
    rmSync(directory, { recursive: true });
  });

  it('stopping ends everything at once, and nothing starts any more', async () => {
    const other = await bootGuest(workerUrl);
    const terminal = await Terminal.open(other);
    await terminal.expect('$ ');
    await other.stop();
    expect(await terminal.process.status).toEqual({ code: undefined, signal: 'KILL' });
    await expect(other.spawn({ user: 'root', run: { kind: 'line', line: ':' } })).rejects.toThrow('powered off');
  });

  it('a terminal that hangs up takes its processes along', async () => {
    const terminal = await Terminal.open(guest);
    await terminal.expect('$ ');
    terminal.type('sleep 1000\r');
    await terminal.expect('\r\n');
    terminal.process.signal('HUP');
    expect(await terminal.process.status).toEqual({ code: undefined, signal: 'HUP' });
    expect((await run(guest, 'ps -ef | grep -c "[s]leep 1000"')).stdout).toBe('0\n');
  });

  it('nothing of the host is in it', async () => {
    const got = await run(guest, 'env; cat /proc/version; ls /');
    expect(got.stdout).not.toContain(process.cwd());
    expect(got.stdout).not.toContain(process.env['PATH'] ?? 'unset');
  });
});

describe('network of the guest for its agent and its SSH server', () => {
  it('resolves names, connects as its interface, and says what failed', async () => {
    const seen: unknown[] = [];
    const stream = new PassThrough();
    const networked = await bootGuest(workerUrl, silentFabric({
      resolve: (from, name) => {
        seen.push([from, name]);
        return Promise.resolve(name === 'known.test' ? { kind: 'addresses', addresses: ['10.9.9.9'] } : { kind: 'nxdomain' });
      },
      connect: (from, to) => {
        seen.push([from, to]);
        return Promise.resolve(stream);
      },
    }));
    expect(await networked.connect('known.test', 443)).toBe(stream);
    const from = { networkInterfaceId: SPECIFICATION.networkInterfaceId };
    expect(seen).toEqual([[from, 'known.test'], [from, { address: '10.9.9.9', port: 443 }]]);
    await expect(networked.connect('unknown.test', 443)).rejects.toThrow(FabricError);
    await networked.stop();
  });
});

describe('https in the guest', () => {
  it('trusts the lab\'s CA and no other', async () => {
    const server = createServer({ cert: CERTIFICATE, key: KEY }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsafe'));
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as { port: number };
    const { connect } = await import('node:net');
    const fabric = silentFabric({
      resolve: () => Promise.resolve({ kind: 'addresses', addresses: ['198.19.0.5'] }),
      connect: () => Promise.resolve(connect(port, '127.0.0.1')),
    });
    const host = (certificateAuthority: string | undefined) => createSandboxGuestHost({ fabric, workerUrl, log: () => undefined, now: Date.now, certificateAuthority }).boot(SPECIFICATION);
    const [trusting, strict] = [await host(CERTIFICATE), await host(undefined)];
    expect(await run(trusting, 'curl -s https://web.test/')).toMatchObject({ code: 0, stdout: 'safe' });
    expect(await run(trusting, 'curl -sS https://other.test/')).toMatchObject({ code: 60, stdout: '' });
    expect((await run(strict, 'curl https://web.test/')).stderr).toContain('curl: (60) SSL certificate problem:');
    expect(await run(strict, 'curl -sk https://web.test/')).toMatchObject({ code: 0, stdout: 'safe' });
    await Promise.all([trusting.stop(), strict.stop()]);
    server.close();
  });
});
