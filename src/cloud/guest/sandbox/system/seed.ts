/** The tree that an instance boots with, after Amazon Linux 2023. */
import type { GuestSpecification } from '../../guest.js';
import { ACCOUNTS } from '../../image/accounts.js';
import { fullHostName, imageFiles } from '../../image/files.js';
import type { FileSystem } from './file-system.js';
import { type DirectoryNode, ROOT } from './inode.js';
import type { Kernel } from './kernel.js';
import { writeFile } from './regular-file.js';
import { encode } from '../../byte-text.js';

export function put(files: FileSystem, path: string, text: string, mode = 0o644, uid = 0, gid = 0): void {
  const file = files.createFile(path, mode, ROOT);
  file.mode = mode;
  file.uid = uid;
  file.gid = gid;
  writeFile(file, 0, encode(text), files.quota, files.now());
}

function directory(files: FileSystem, path: string, mode = 0o755, uid = 0, gid = 0): DirectoryNode {
  files.makeDirectory(path, mode, ROOT);
  const node = files.directory(path, ROOT);
  node.mode = mode;
  node.uid = uid;
  node.gid = gid;
  return node;
}

export function seed(files: FileSystem, specification: GuestSpecification, programs: readonly string[], certificateAuthority: string | undefined): void {
  for (const path of ['/boot', '/dev', '/etc', '/home', '/media', '/mnt', '/opt', '/proc', '/run', '/srv', '/sys', '/usr', '/usr/bin', '/usr/lib', '/usr/sbin', '/usr/local', '/usr/local/bin', '/usr/share', '/var', '/var/log', '/var/lib', '/etc/pki', '/etc/pki/tls', '/etc/pki/tls/certs', '/etc/sudoers.d', '/etc/ssh', '/etc/profile.d', '/dev/pts']) directory(files, path);
  directory(files, '/tmp', 0o1777);
  directory(files, '/var/tmp', 0o1777);
  directory(files, '/root', 0o550);
  for (const [name, target] of [['bin', 'usr/bin'], ['sbin', 'usr/sbin'], ['lib', 'usr/lib']] as const) files.symlink(target, `/${name}`, ROOT);
  homes(files);
  for (const { path, text, mode, uid, gid } of imageFiles(specification, certificateAuthority)) put(files, path, text, mode, uid, gid);
  for (const name of programs) {
    files.directory('/usr/bin', ROOT).entries.set(name, files.newFile(0o755, 0, 0, name));
  }
  const devices = files.directory('/dev', ROOT).entries;
  for (const name of ['null', 'zero', 'full', 'tty'] as const) devices.set(name, files.newNode('device', name, 0, 0));
  for (const name of ['random', 'urandom']) devices.set(name, files.newNode('device', 'random', 0, 0));
  for (const [name, target] of [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2']] as const) devices.set(name, files.newNode('symlink', target, 0, 0));
}

function homes(files: FileSystem): void {
  for (const { name, uid, gid, home } of ACCOUNTS) {
    if (uid === 0) continue;
    directory(files, home, 0o700, uid, gid);
    if (name === 'ec2-user') directory(files, `${home}/.ssh`, 0o700, uid, gid);
  }
}

/** /proc: made when read. */
export function seedProc(kernel: Kernel): void {
  const { files, specification } = kernel;
  const proc = files.directory('/proc', ROOT).entries;
  const uptime = (): number => (kernel.now() - kernel.booted) / 1000;
  const arm = specification.architecture === 'aarch64';
  const generated: Readonly<Record<string, () => string>> = {
    uptime: () => `${uptime().toFixed(2)} ${(uptime() * 2).toFixed(2)}\n`,
    loadavg: () => `0.00 0.00 0.00 1/${kernel.processes.size} ${Math.max(...kernel.processes.keys())}\n`,
    version: () => `Linux version ${KERNEL_RELEASE}.${specification.architecture} (the sandbox of ssmlab) #1 SMP\n`,
    cpuinfo: () => [0, 1].map((cpu) => (arm ? `processor\t: ${cpu}\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\n\n` : `processor\t: ${cpu}\nvendor_id\t: GenuineIntel\n\n`)).join(''),
    meminfo: () => `MemTotal:         ${MEMORY_KIB} kB\nMemFree:          ${MEMORY_KIB - 180_000} kB\nMemAvailable:     ${MEMORY_KIB - 120_000} kB\n`,
    mounts: () => 'sandbox / tmpfs rw 0 0\nproc /proc proc rw 0 0\n',
  };
  for (const [name, text] of Object.entries(generated)) proc.set(name, files.newNode('generated', text, 0, 0));
  const sys = files.newDirectory(0o555, 0, 0, files.directory('/proc', ROOT), true);
  const kernelDirectory = files.newDirectory(0o555, 0, 0, sys, true);
  proc.set('sys', sys);
  sys.entries.set('kernel', kernelDirectory);
  kernelDirectory.entries.set('hostname', files.newNode('generated', () => `${fullHostName(specification)}\n`, 0, 0));
  kernelDirectory.entries.set('osrelease', files.newNode('generated', () => `${KERNEL_RELEASE}.${specification.architecture}\n`, 0, 0));
}

/** A kernel of AL2023's 6.18 line (aws-facts.md §0.10). */
export const KERNEL_RELEASE = '6.18.2-10.amzn2023';
/** A t4g.nano's half gibibyte, as the kernel sees it. */
export const MEMORY_KIB = 420_000;
