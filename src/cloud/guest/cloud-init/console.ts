/** What an instance writes to its serial console while it boots: who may log in, and by which keys the machine is known. */
import { createHash } from 'node:crypto';
import type { GuestSpecification } from '../guest.js';
import type { HostKey } from '../sshd/host-keys.js';

const NAMES: Readonly<Record<HostKey['type'], readonly [name: string, bits: number]>> = { 'ecdsa-sha2-nistp256': ['ECDSA', 256], 'ssh-ed25519': ['ED25519', 256] };

/** `SHA256:` and 43 characters, as `ssh-keygen -lf` prints it. */
function fingerprint(publicKey: string): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')).digest('base64').replace(/=+$/, '')}`;
}

/** `<14>Nov 25 13:27:00 ec2: …`: facility user, level info, as logger writes to the console. */
function logged(now: number, line: string): string {
  const date = new Date(now);
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  return `<14>${month} ${String(date.getUTCDate()).padStart(2, ' ')} ${date.toISOString().slice(11, 19)} ec2: ${line}`;
}

/** cloud-init's table of the keys that open ec2-user's account. */
function authorizedKeys(keys: readonly string[]): string[] {
  if (keys.length === 0) return ['ci-info: no authorized SSH keys fingerprints found for user ec2-user.'];
  const rows = keys.map((key) => {
    const [type = '', , ...comment] = key.split(' ');
    return [type, fingerprint(key).slice('SHA256:'.length), '-', comment.join(' ') || '-'];
  });
  const head = ['Keytype', 'Fingerprint (sha256)', 'Options', 'Comment'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `ci-info: |${cells.map((cell, column) => ` ${cell.padEnd(widths[column] ?? 0)} `).join('|')}|`;
  const rule = `ci-info: +${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const title = 'Authorized keys from /home/ec2-user/.ssh/authorized_keys for user ec2-user';
  const room = Math.max(rule.length - 'ci-info: '.length - title.length, 2);
  return [`ci-info: ${'+'.repeat(Math.floor(room / 2))}${title}${'+'.repeat(Math.ceil(room / 2))}`, rule, line(head), rule, ...rows.map(line), rule];
}

export interface BootConsole {
  readonly specification: GuestSpecification;
  readonly bootCount: number;
  readonly hostKeys: readonly HostKey[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The lines of one boot. The two blocks of host keys are cloud-init's `write-ssh-key-fingerprints`: people and programs
 * look between their BEGIN and END for what a first SSH connection has to show.
 */
export function bootConsole({ specification, bootCount, hostKeys, now }: BootConsole): string {
  const { instanceId, hostName, domainName, privateIp, architecture } = specification;
  const owner = `root@${domainName === '' ? hostName : `${hostName}.${domainName}`}`;
  const rule = '#'.repeat(61);
  const lines = [
    `ssmlab: ${instanceId} boots, start ${bootCount}, ${architecture}, ${privateIp}`,
    ...authorizedKeys(specification.authorizedKeys),
    ...[rule, '-----BEGIN SSH HOST KEY FINGERPRINTS-----', ...hostKeys.map(({ type, publicKey }) => {
      const [name, bits] = NAMES[type];
      return `${bits} ${fingerprint(publicKey)} ${owner} (${name})`;
    }), '-----END SSH HOST KEY FINGERPRINTS-----', rule].map((line) => logged(now, line)),
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...hostKeys.map(({ publicKey }) => `${publicKey.split(' ').slice(0, 2).join(' ')} ${owner}`),
    '-----END SSH HOST KEY KEYS-----',
    `${hostName} login: `,
  ];
  return lines.join('\r\n');
}
