/** What the probe tries: what each thing is for, and what to do where it fails. */

export interface Wanted {
  /** What it is for, as a reader says it. */
  readonly what: string;
  /** Without it there is no netns fabric; else only something less. */
  readonly needed: boolean;
  readonly fix?: string;
}

const install = (packageName: string): string => `install ${packageName} (Debian, Ubuntu: sudo apt-get install ${packageName})`;

/** Programs: what calls them, and where they come from. */
export const PROGRAMS: Readonly<Record<string, Wanted>> = {
  unshare: { what: 'makes namespaces', needed: true, fix: install('util-linux') },
  nsenter: { what: 'enters namespaces', needed: true, fix: install('util-linux') },
  mount: { what: 'builds the root file system of an instance', needed: true, fix: install('mount') },
  umount: { what: 'takes mounts away', needed: true, fix: install('mount') },
  ip: { what: 'links, addresses and routes', needed: true, fix: install('iproute2') },
  nft: { what: 'security groups, network ACLs and NAT', needed: true, fix: install('nftables') },
  bash: { what: 'the shell of an instance', needed: true, fix: install('bash') },
  script: { what: 'the terminal of an instance', needed: true, fix: install('bsdutils') },
  ping: { what: 'ping on an instance', needed: true, fix: install('iputils-ping') },
  setpriv: { what: 'the users of an instance', needed: true, fix: install('util-linux') },
  grep: { what: 'waits for links', needed: true, fix: install('grep') },
  curl: { what: 'curl on an instance', needed: false, fix: install('curl') },
  tcpdump: { what: 'ssmlab local capture', needed: false, fix: install('tcpdump') },
};

/** A program that instances need besides {@link PROGRAMS}. */
export const wantedOf = (packageName: string): Wanted => ({ what: 'a program of an instance', needed: true, fix: install(packageName) });

const CONTAINER = 'in a container, start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN';
const MODULES = 'load the modules: sudo modprobe -a veth nf_tables nft_ct nft_nat nft_reject_ipv4 nft_fib_ipv4';
const FRESH_PROC = 'a container hides parts of /proc: start it with --security-opt systempaths=unconfined';
const WRITABLE_PROC = 'a container keeps /proc/sys read-only: start it with --security-opt systempaths=unconfined';
const UTIL_LINUX = 'install util-linux 2.35 or newer';

/** Steps of the script, in its order: the first that fails is the reason. */
export const STEPS: Readonly<Record<string, Wanted>> = {
  'pdeathsig': { what: 'an end that comes with the local cloud\'s', needed: true, fix: UTIL_LINUX },
  'namespaces': { what: 'user namespaces', needed: true },
  'uids': { what: 'uids for users of instances', needed: true, fix: 'root needs the capabilities SETUID, SETGID and SETFCAP: run ssmlab as an ordinary user, or give them to the container' },
  'mount.private': { what: 'mounts of its own', needed: true, fix: CONTAINER },
  'mount.proc': { what: 'a process tree of its own', needed: true, fix: FRESH_PROC },
  'mount.tmpfs': { what: 'file systems in memory', needed: true, fix: CONTAINER },
  'netns': { what: 'a network of its own', needed: true, fix: CONTAINER },
  'veth': { what: 'links between networks', needed: true, fix: MODULES },
  'enter': { what: 'entering a network', needed: true, fix: CONTAINER },
  'sysctl': { what: 'forwarding packets', needed: true, fix: WRITABLE_PROC },
  'sysctl.ping': { what: 'ping without privileges', needed: true, fix: WRITABLE_PROC },
  'ping': { what: 'a ping that arrives', needed: true },
  'rule': { what: 'route tables chosen by subnet', needed: true, fix: 'the kernel needs CONFIG_IP_MULTIPLE_TABLES' },
  'blackhole': { what: 'routes that lead nowhere', needed: true },
  'nft': { what: 'packet filters', needed: true, fix: MODULES },
  'nft.conntrack': { what: 'stateful filters', needed: true, fix: MODULES },
  'nft.timeout': { what: 'tracking timeouts of interfaces', needed: true, fix: 'the kernel needs CONFIG_NF_CONNTRACK_TIMEOUT' },
  'sysctl.conntrack': { what: 'tracking timeouts of NAT gateways', needed: true, fix: WRITABLE_PROC },
  'nft.nat': { what: 'address translation', needed: true, fix: MODULES },
  'nft.map': { what: 'filters by interface and address', needed: true, fix: MODULES },
  'nft.packet': { what: 'packets that are changed on their way', needed: true, fix: MODULES },
  'nft.reject': { what: 'NAT gateways that reset', needed: true, fix: MODULES },
  'nft.fib': { what: 'an internet that is silent where nobody is', needed: true, fix: MODULES },
  'nested': { what: 'namespaces within, for each instance', needed: true, fix: 'sudo sysctl user.max_user_namespaces=15000' },
  'machine': { what: 'the root file system of an instance', needed: true, fix: CONTAINER },
  'netem': { what: 'delay on the simulated internet', needed: false, fix: 'the kernel needs CONFIG_NET_SCH_NETEM' },
};

interface Refusal {
  /** Under /proc. */
  readonly file: string;
  /** Whether its text is why user namespaces are refused. */
  readonly refuses: (text: string) => boolean;
  readonly fix: string;
}

/** Why user namespaces may be refused, and what to do. */
export const REFUSALS: readonly Refusal[] = [
  { file: '/proc/sys/user/max_user_namespaces', refuses: (text) => text === '0', fix: 'sudo sysctl user.max_user_namespaces=15000' },
  { file: '/proc/sys/kernel/unprivileged_userns_clone', refuses: (text) => text === '0', fix: 'sudo sysctl kernel.unprivileged_userns_clone=1' },
  // The kernel gives no user namespace to whose root is not that of his mounts; then mostly nothing is mounted at his own.
  { file: '/proc/self/mountinfo', refuses: (text) => !/^(?:\S+ ){4}\/ /mu.test(text), fix: 'this is a chroot, where the kernel refuses them: run ssmlab outside of it' },
  { file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns', refuses: (text) => text === '1', fix: 'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0' },
];

/** What else it may be. */
export const REFUSED_BY_CONTAINER = CONTAINER;
