/** The script that makes a machine's root file system and becomes its init; pure. It runs as pid 1 of the machine's own namespaces, on the host's root. */
import type { GuestSpecification } from '../guest.js';
import { ACCOUNTS } from '../image/accounts.js';
import { fullHostName, type ImageFile, imageFiles } from '../image/files.js';
import type { UidMode } from './accounts.js';
import { DISK, INODES } from './limits.js';
import { PROGRAMS } from './programs/programs.js';
import { quoted } from './session-command.js';

/** Files of the host's /etc that its programs need; the machine gets copies. */
const COPIED = ['ssl/openssl.cnf', 'pki/tls/openssl.cnf', 'ld.so.cache', 'ld.so.conf', 'protocols', 'services', 'inputrc', 'login.defs', 'gai.conf', 'rpc', 'mime.types', 'vimrc', 'nanorc'];
/** Folders of it, bound: following the links of alternatives would copy whole programs. */
const BOUND = ['ld.so.conf.d', 'alternatives', 'terminfo', 'crypto-policies', 'vim'];
/** Where curl, OpenSSL, Python and Go look for authorities on the hosts that there are. */
const TRUST = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem', '/etc/ssl/ca-bundle.pem', '/etc/pki/tls/cert.pem', '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem'];
const BUNDLE = '/etc/pki/tls/certs/ca-bundle.crt';

const FOLDERS = [
  '/boot', '/dev', '/etc', '/etc/pki/tls/certs', '/etc/pki/ca-trust/extracted/pem', '/etc/profile.d', '/etc/ssh', '/etc/ssl/certs', '/etc/sudoers.d', '/home', '/media', '/mnt', '/opt', '/proc', '/root', '/run', '/srv', '/sys', '/tmp', '/usr',
  '/var/cache', '/var/lib', '/var/log', '/var/spool', '/var/tmp', '/.host',
  ...ACCOUNTS.filter(({ uid }) => uid !== 0).map(({ home }) => `${home}/.ssh`),
];

/** Kinds of files that are written alike, so that one `chmod` or `chown` does for many. */
function grouped(files: readonly ImageFile[], key: (file: ImageFile) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const file of files) groups.set(key(file), [...(groups.get(key(file)) ?? []), quoted(`.${file.path}`)]);
  return groups;
}

function writing(files: readonly ImageFile[], uidMode: UidMode): string {
  const lines = files.map(({ path, text }) => `printf %s ${quoted(text)} > ${quoted(`.${path}`)}`);
  for (const [mode, paths] of grouped(files, ({ mode = 0o644 }) => mode.toString(8))) if (mode !== '644') lines.push(`chmod ${mode} ${paths.join(' ')}`);
  if (uidMode === 'multi') for (const [owner, paths] of grouped(files, ({ uid = 0, gid = 0 }) => `${uid}:${gid}`)) if (owner !== '0:0') lines.push(`chown ${owner} ${paths.join(' ')}`);
  return lines.join('\n');
}

/** `ro` of what was bound, with all that is mounted below it; the options that the host's mounts are locked with stay. */
const READ_ONLY = `while read -r _ _ _ _ point options _; do
  case $point in
  "$root"/usr | "$root"/usr/* | "$root"/bin | "$root"/bin/* | "$root"/sbin | "$root"/sbin/* | "$root"/lib* | "$root"/etc/*) ;;
  *) continue ;;
  esac
  printf -v point %b "$point"
  mount -o "remount,bind,ro,nosuid,nodev\${options#r[ow]}" "$point"
done < /proc/self/mountinfo`;

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

function homes(uidMode: UidMode): string {
  const others = ACCOUNTS.filter(({ uid }) => uid !== 0);
  const folders = others.flatMap(({ home }) => [`.${home}`, `.${home}/.ssh`]).join(' ');
  return [`chmod 700 ${folders}`, ...(uidMode === 'multi' ? others.map(({ uid, gid, home }) => `chown ${uid}:${gid} .${home} .${home}/.ssh`) : []), 'rmdir ./home/ssm-user/.ssh', 'chmod 550 ./root', 'chmod 1777 ./tmp ./var/tmp'].join('\n');
}

export interface RootScript {
  readonly specification: GuestSpecification;
  readonly certificateAuthority: string | undefined;
  readonly uidMode: UidMode;
}

/** What the machine's own files are besides the image's: the lab's programs, under /usr/local. */
function localFiles(uidMode: UidMode): ImageFile[] {
  return [...Object.entries(PROGRAMS).map(([path, text]) => ({ path: `/usr/local/${path}`, text, mode: 0o755 })), { path: '/usr/local/lib/ssmlab/uid-mode', text: `${uidMode}\n` }];
}

export function rootScript({ specification, certificateAuthority, uidMode }: RootScript): string {
  const name = fullHostName(specification);
  return `set -e
umask 022
root=/tmp
cd /
mount --make-rprivate /
mount -t tmpfs -o mode=755,size=${DISK},nr_inodes=${INODES} machine "$root"
cd "$root"
mkdir -p ${FOLDERS.map((path) => `.${path}`).join(' ')}
binds=() copies=() links=()
bind() { binds+=("$1 $root$2 none rbind 0 0"); }
bind /usr /usr
for folder in /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [[ -L $folder ]]; then links+=("$folder")
  elif [[ -d $folder ]]; then mkdir ".$folder"; bind "$folder" "$folder"; fi
done
((\${#links[@]} == 0)) || cp -d "\${links[@]}" .
for file in ${COPIED.join(' ')}; do if [[ -f /etc/$file ]]; then copies+=("/etc/$file"); fi; done
((\${#copies[@]} == 0)) || cp -L --parents "\${copies[@]}" .
for folder in ${BOUND.join(' ')}; do if [[ -d /etc/$folder ]]; then mkdir "etc/$folder"; bind "/etc/$folder" "/etc/$folder"; fi; done
printf '%s\\n' "\${binds[@]}" > .host/binds
mount -a -T "$root/.host/binds"
${READ_ONLY}
mount -t tmpfs -o mode=755,size=64m local usr/local
mkdir -p usr/local/bin usr/local/sbin usr/local/lib/ssmlab
shell=$(readlink -f /bin/sh)
if [[ $shell == */dash ]]; then mount -o bind,ro,nosuid,nodev /bin/bash ".$shell"; fi
${writing([...imageFiles(specification, certificateAuthority), ...localFiles(uidMode)], uidMode)}
${homes(uidMode)}
${certificateAuthority === undefined ? '' : TRUST.map((path) => `ln -s ${BUNDLE} .${path}`).join('\n')}
ln -s /proc/self/mounts etc/mtab
mount -t tmpfs -o mode=755,size=1m dev dev
mkdir dev/pts dev/shm
for device in ${DEVICES.join(' ')}; do : > "dev/$device"; printf '%s\\n' "/dev/$device $root/dev/$device none bind 0 0"; done > .host/devices
printf '%s\\n' ${quoted(`devpts /tmp/dev/pts devpts newinstance,ptmxmode=0666,mode=620${uidMode === 'multi' ? ',gid=5' : ''} 0 0`)} 'shm /tmp/dev/shm tmpfs mode=1777,size=32m,nosuid,nodev 0 0' 'proc /tmp/proc proc nosuid,nodev,noexec 0 0' 'tmp /tmp/tmp tmpfs mode=1777,size=128m,nosuid,nodev 0 0' 'run /tmp/run tmpfs mode=755,size=16m,nosuid,nodev 0 0' >> .host/devices
mount -a -T "$root/.host/devices"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys 2> /dev/null || :
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for file in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/\${file%%:*}" "dev/\${file#*:}"; done
rm .host/binds .host/devices
mkdir -p run/ssmlab/requests
chmod 711 run/ssmlab
chmod 1777 run/ssmlab/requests
mkdir -m 700 run/ssmlab/power
mkfifo -m 620 run/ssmlab/sudo
${uidMode === 'multi' ? `chown 1000:1001 run/ssmlab/sudo` : ''}
# What DHCP calls the domain may be no name of a machine.
hostname ${quoted(name)} 2> /dev/null || hostname ${quoted(specification.hostName)}
pivot_root . .host
cd /
umount -l /.host
rmdir /.host`;
}

/** Command lines by which pid 1 says how far it is. */
export const READY = '/sbin/init';
export const FAILED = 'failed:';

/**
 * What root of the machine mounted it could also mount otherwise: the host's folders for writing, or nothing over what
 * they hide. The kernel locks how things are mounted when a namespace is copied for one with less to say. So a process
 * makes the copy from a user namespace of its own, and init, whose user namespace owns the machine's network, enters it.
 */
const LOCK = `mkfifo /run/hold
(unshare --user --mount bash --norc -c 'echo $$ > /run/hold; read -r < /run/hold' 2> /run/why || echo > /run/hold) &
read -r copier < /run/hold
if [[ -z $copier ]]; then exec -a "${FAILED} what is mounted cannot be locked: $(< /run/why)" sleep 60; fi
rm /run/why
exec nsenter "--mount=/proc/$copier/ns/mnt" -- bash --norc -c "$finish"`;

const FINISH = `echo > /run/hold
rm /run/hold
for file in /proc/self/fd/*; do file=\${file##*/}; if ((file > 2)); then eval "exec $file>&-"; fi; done
echo 1000 > /proc/self/oom_score_adj
exec -c -a ${READY} /bin/bash /usr/local/lib/ssmlab/init`;

/**
 * For `bash -c`, the script of {@link rootScript} on its standard input: makes the root and goes on as init, or as a
 * process named by what went wrong, so that the region reads it without touching a file of the machine.
 */
export const LOADER = `script=$(cat)
exec < /dev/null
errors=$(eval "$script" 2>&1 > /dev/null)
status=$?
cd /
if ((status != 0)); then exec -a "${FAILED} \${errors:-status $status}" sleep 60; fi
exec > /dev/null 2>&1
finish=${quoted(FINISH)}
${LOCK}`;
