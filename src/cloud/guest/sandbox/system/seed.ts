/** The tree that an instance boots with, after Amazon Linux 2023. */
import type { GuestSpecification } from '../../guest.js';
import type { FileSystem } from './file-system.js';
import { type DirectoryNode, ROOT } from './inode.js';
import { GROUPS, USERS } from './kernel.js';
import type { Kernel } from './kernel.js';
import { writeFile } from './regular-file.js';
import { encode } from './text.js';

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

const OS_RELEASE = `NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PLATFORM_ID="platform:al2023"
PRETTY_NAME="Amazon Linux 2023"
ANSI_COLOR="0;33"
CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"
HOME_URL="https://aws.amazon.com/linux/amazon-linux-2023/"
DOCUMENTATION_URL="https://docs.aws.amazon.com/linux/"
SUPPORT_URL="https://aws.amazon.com/premiumsupport/"
BUG_REPORT_URL="https://github.com/amazonlinux/amazon-linux-2023"
VENDOR_NAME="AWS"
VENDOR_URL="https://aws.amazon.com/"
`;

export function seed(files: FileSystem, specification: GuestSpecification, programs: readonly string[], certificateAuthority: string | undefined): void {
  for (const path of ['/boot', '/dev', '/etc', '/home', '/media', '/mnt', '/opt', '/proc', '/run', '/srv', '/sys', '/usr', '/usr/bin', '/usr/lib', '/usr/sbin', '/usr/local', '/usr/local/bin', '/usr/share', '/var', '/var/log', '/var/lib', '/etc/pki', '/etc/pki/tls', '/etc/pki/tls/certs', '/etc/sudoers.d', '/etc/ssh', '/etc/profile.d', '/dev/pts']) directory(files, path);
  directory(files, '/tmp', 0o1777);
  directory(files, '/var/tmp', 0o1777);
  directory(files, '/root', 0o550);
  for (const [name, target] of [['bin', 'usr/bin'], ['sbin', 'usr/sbin'], ['lib', 'usr/lib']] as const) files.symlink(target, `/${name}`, ROOT);
  users(files, specification);
  identity(files, specification, certificateAuthority);
  for (const name of programs) {
    files.directory('/usr/bin', ROOT).entries.set(name, files.newFile(0o755, 0, 0, name));
  }
  const devices = files.directory('/dev', ROOT).entries;
  for (const name of ['null', 'zero', 'full', 'tty'] as const) devices.set(name, files.newNode('device', name, 0, 0));
  for (const name of ['random', 'urandom']) devices.set(name, files.newNode('device', 'random', 0, 0));
  for (const [name, target] of [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2']] as const) devices.set(name, files.newNode('symlink', target, 0, 0));
}

function users(files: FileSystem, specification: GuestSpecification): void {
  for (const { name, uid, gid, home } of USERS) {
    if (uid === 0) continue;
    directory(files, home, 0o700, uid, gid);
    put(files, `${home}/.bash_profile`, '# .bash_profile\n\n# Get the aliases and functions\nif [ -f ~/.bashrc ]; then\n\t. ~/.bashrc\nfi\n', 0o644, uid, gid);
    put(files, `${home}/.bashrc`, '# .bashrc\n\n# Source global definitions\nif [ -f /etc/bashrc ]; then\n\t. /etc/bashrc\nfi\n', 0o644, uid, gid);
    if (name === 'ec2-user') directory(files, `${home}/.ssh`, 0o700, uid, gid);
  }
  put(files, '/home/ec2-user/.ssh/authorized_keys', specification.authorizedKeys.map((key) => `${key.trim()}\n`).join(''), 0o600, 1000, 1000);
  put(files, '/root/.bash_profile', '# .bash_profile\n\nif [ -f ~/.bashrc ]; then\n\t. ~/.bashrc\nfi\n');
  put(files, '/root/.bashrc', '# .bashrc\n\nif [ -f /etc/bashrc ]; then\n\t. /etc/bashrc\nfi\n');
  const comment = (name: string): string => (name === 'root' ? 'root' : name === 'ec2-user' ? 'EC2 Default User' : '');
  put(files, '/etc/passwd', USERS.map((user) => `${user.name}:x:${user.uid}:${user.gid}:${comment(user.name)}:${user.home}:${user.shell}\n`).join(''));
  put(files, '/etc/group', GROUPS.map((group) => `${group.name}:x:${group.gid}:${group.members.join(',')}\n`).join(''));
  put(files, '/etc/shadow', USERS.map((user) => `${user.name}:*LOCK*:14600::::::\n`).join(''), 0o000);
  put(files, '/etc/sudoers.d/90-cloud-init-users', '# User rules for ec2-user\nec2-user ALL=(ALL) NOPASSWD:ALL\n', 0o440);
  put(files, '/etc/sudoers.d/ssm-agent-users', '# User rules for ssm-user\nssm-user ALL=(ALL) NOPASSWD:ALL\n', 0o440);
}

function identity(files: FileSystem, specification: GuestSpecification, certificateAuthority: string | undefined): void {
  const { hostName, domainName, nameServers, privateIp } = specification;
  const full = domainName === '' ? hostName : `${hostName}.${domainName}`;
  put(files, '/etc/os-release', OS_RELEASE);
  put(files, '/etc/system-release', 'Amazon Linux release 2023 (Amazon Linux)\n');
  put(files, '/etc/hostname', `${full}\n`);
  put(files, '/etc/hosts', '127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n::1         localhost6 localhost6.localdomain6\n');
  put(files, '/etc/resolv.conf', `${(nameServers ?? [resolverOf(privateIp)]).map((server) => `nameserver ${server}\n`).join('')}${domainName === '' ? '' : `search ${domainName}\n`}`);
  put(files, '/etc/nsswitch.conf', 'passwd:     files\ngroup:      files\nhosts:      files dns myhostname\n');
  put(files, '/etc/shells', '/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n');
  put(files, '/etc/motd', '');
  put(files, '/etc/bashrc', '# /etc/bashrc\nif [ "$PS1" ]; then\n  PS1="[\\u@\\h \\W]\\\\$ "\nfi\nalias ll=\'ls -l\'\nalias l.=\'ls -d .*\'\n');
  put(files, '/etc/profile', '# /etc/profile\n');
  if (certificateAuthority !== undefined) put(files, '/etc/pki/tls/certs/ca-bundle.crt', certificateAuthority);
}

/** The VPC's resolver as DHCP hands it out: VPC + 2 for the /16 of the private address. */
export function resolverOf(privateIp: string): string {
  return `${privateIp.split('.').slice(0, 2).join('.')}.0.2`;
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
  kernelDirectory.entries.set('hostname', files.newNode('generated', () => `${specification.hostName}.${specification.domainName}\n`, 0, 0));
  kernelDirectory.entries.set('osrelease', files.newNode('generated', () => `${KERNEL_RELEASE}.${specification.architecture}\n`, 0, 0));
}

/** A kernel of AL2023's 6.18 line (aws-facts.md §0.10). */
export const KERNEL_RELEASE = '6.18.2-10.amzn2023';
/** A t4g.nano's half gibibyte, as the kernel sees it. */
export const MEMORY_KIB = 420_000;
