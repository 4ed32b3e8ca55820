/** The files that tell an Amazon Linux 2023 instance who and where it is; every kind of guest boots with the same. */
import type { GuestSpecification } from '../guest.js';
import { ACCOUNTS, GROUPS } from './accounts.js';

export interface ImageFile {
  readonly path: string;
  readonly text: string;
  /** Default: 0o644, of root. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
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

/** `ip-10-0-1-16.ap-northeast-1.compute.internal` */
export function fullHostName({ hostName, domainName }: GuestSpecification): string {
  return domainName === '' ? hostName : `${hostName}.${domainName}`;
}

/** The VPC's resolver as DHCP hands it out: VPC + 2 for the /16 of the private address. */
export function resolverOf(privateIp: string): string {
  return `${privateIp.split('.').slice(0, 2).join('.')}.0.2`;
}

/** In an order in which they can be made, given their folders. `certificateAuthority`: PEM that the instance trusts. */
export function imageFiles(specification: GuestSpecification, certificateAuthority: string | undefined): readonly ImageFile[] {
  return [...accountFiles(specification), ...identityFiles(specification, certificateAuthority)];
}

function accountFiles(specification: GuestSpecification): ImageFile[] {
  const homes = ACCOUNTS.filter(({ uid }) => uid !== 0).flatMap(({ uid, gid, home }): ImageFile[] => [
    { path: `${home}/.bash_profile`, text: '# .bash_profile\n\n# Get the aliases and functions\nif [ -f ~/.bashrc ]; then\n\t. ~/.bashrc\nfi\n', uid, gid },
    { path: `${home}/.bashrc`, text: '# .bashrc\n\n# Source global definitions\nif [ -f /etc/bashrc ]; then\n\t. /etc/bashrc\nfi\n', uid, gid },
  ]);
  return [
    ...homes,
    { path: '/home/ec2-user/.ssh/authorized_keys', text: specification.authorizedKeys.map((key) => `${key.trim()}\n`).join(''), mode: 0o600, uid: 1000, gid: 1000 },
    { path: '/root/.bash_profile', text: '# .bash_profile\n\nif [ -f ~/.bashrc ]; then\n\t. ~/.bashrc\nfi\n' },
    { path: '/root/.bashrc', text: '# .bashrc\n\nif [ -f /etc/bashrc ]; then\n\t. /etc/bashrc\nfi\n' },
    { path: '/etc/passwd', text: `${ACCOUNTS.map(({ name, uid, gid, comment, home, shell }) => `${name}:x:${uid}:${gid}:${comment}:${home}:${shell}\n`).join('')}nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin\n` },
    { path: '/etc/group', text: `${GROUPS.map(({ name, gid, members }) => `${name}:x:${gid}:${members.join(',')}\n`).join('')}nobody:x:65534:\n` },
    { path: '/etc/shadow', text: ACCOUNTS.map(({ name }) => `${name}:*LOCK*:14600::::::\n`).join(''), mode: 0o000 },
    { path: '/etc/sudoers.d/90-cloud-init-users', text: '# User rules for ec2-user\nec2-user ALL=(ALL) NOPASSWD:ALL\n', mode: 0o440 },
    { path: '/etc/sudoers.d/ssm-agent-users', text: '# User rules for ssm-user\nssm-user ALL=(ALL) NOPASSWD:ALL\n', mode: 0o440 },
  ];
}

function identityFiles(specification: GuestSpecification, certificateAuthority: string | undefined): ImageFile[] {
  const { domainName, nameServers, privateIp } = specification;
  return [
    { path: '/etc/os-release', text: OS_RELEASE },
    { path: '/etc/system-release', text: 'Amazon Linux release 2023 (Amazon Linux)\n' },
    { path: '/etc/hostname', text: `${fullHostName(specification)}\n` },
    { path: '/etc/hosts', text: '127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n::1         localhost6 localhost6.localdomain6\n' },
    { path: '/etc/resolv.conf', text: `${(nameServers ?? [resolverOf(privateIp)]).map((server) => `nameserver ${server}\n`).join('')}${domainName === '' ? '' : `search ${domainName}\n`}` },
    { path: '/etc/nsswitch.conf', text: 'passwd:     files\ngroup:      files\nhosts:      files dns myhostname\n' },
    { path: '/etc/shells', text: '/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n' },
    { path: '/etc/motd', text: '' },
    { path: '/etc/bashrc', text: '# /etc/bashrc\nif [ "$PS1" ]; then\n  PS1="[\\u@\\h \\W]\\\\$ "\nfi\nalias ll=\'ls -l\'\nalias l.=\'ls -d .*\'\n' },
    { path: '/etc/profile', text: '# /etc/profile\n' },
    ...(certificateAuthority === undefined ? [] : [{ path: '/etc/pki/tls/certs/ca-bundle.crt', text: certificateAuthority }]),
  ];
}
