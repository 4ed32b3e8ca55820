import { describe, expect, it } from 'vitest';
import { bootConsole } from '../../../../src/cloud/guest/cloud-init/console.js';
import type { GuestSpecification } from '../../../../src/cloud/guest/guest.js';
import { generateHostKeys } from '../../../../src/cloud/guest/sshd/host-keys.js';
import { consoleHostKeys } from '../../../../src/lib/ssh/console-host-keys.js';

const [ED25519 = '', ECDSA = ''] = generateHostKeys().map(({ publicKey }) => publicKey.split(' ').slice(0, 2).join(' '));
const RSA = `ssh-rsa ${Buffer.concat([field('ssh-rsa'), field('\u0001\u0000\u0001'), field('x'.repeat(257))]).toString('base64')}`;

function field(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
}

const lines = (text: string): string[] => consoleHostKeys(text).map((key) => key.toString('base64'));
const base64 = (...keys: string[]): string[] => keys.map((key) => key.split(' ')[1] ?? '');
const block = (...keys: string[]): string[] => ['-----BEGIN SSH HOST KEY KEYS-----', ...keys.map((key) => `${key} root@ip-10-0-1-16`), '-----END SSH HOST KEY KEYS-----'];
/** As a console of 80 columns is captured. */
const wrapped = (all: readonly string[]): string => all.flatMap((line) => line.match(/.{1,80}/gu) ?? ['']).join('\r\n');

describe('host keys on the console', () => {
  it.each<[string, (line: string) => string]>([
    ['as cloud-init writes them', (line) => line],
    ['behind a logger\'s prefix', (line) => `<14>Nov 25 13:27:00 ec2: ${line}`],
    ['behind cloud-init\'s', (line) => `<14>Nov  5 03:27:00 cloud-init: ${line}`],
    ['behind a time since boot', (line) => `[   15.123456] cloud-init[1204]: ${line}`],
    ['among colours', (line) => `\u001B[0m${line}\u001B[K`],
  ])('%s, lines broken or whole', (_, prefixed) => {
    const all = ['Booting', ...block(ECDSA, ED25519, RSA), 'ip-10-0-1-16 login: '].map(prefixed);
    expect(lines(all.join('\r\n'))).toEqual(base64(ECDSA, ED25519, RSA));
    expect(lines(all.join('\n'))).toEqual(base64(ECDSA, ED25519, RSA));
    expect(lines(wrapped(all))).toEqual(base64(ECDSA, ED25519, RSA));
  });
  it('between which the kernel speaks', () => {
    const [begin = '', key = '', end = ''] = block(RSA);
    const kernel = '[   15.2] IPv6: ADDRCONF(NETDEV_CHANGE): ens5: link becomes ready';
    expect(lines([begin, kernel, key.slice(0, 80), kernel, key.slice(80), kernel, end].join('\r\n'))).toEqual(base64(RSA));
  });
  it('of the last whole block: an instance may have told them before', () => {
    expect(lines([...block(ECDSA), ...block(ED25519)].join('\n'))).toEqual(base64(ED25519));
    expect(lines([...block(ECDSA), ...block(ED25519).slice(0, 2)].join('\n'))).toEqual(base64(ECDSA));
  });
  it('are none where there are none, or no whole ones', () => {
    expect(lines('')).toEqual([]);
    expect(lines('Hello, World!')).toEqual([]);
    expect(lines(block(ED25519).slice(0, 2).join('\n'))).toEqual([]);
    expect(lines(block(ED25519.slice(0, -12), ECDSA).join('\n'))).toEqual(base64(ECDSA));
    expect(lines(block(ED25519.replace('ssh-ed25519', 'ssh-rsa')).join('\n'))).toEqual([]);
    expect(lines(block('no host keys were found').join('\n'))).toEqual([]);
  });
  it('of an instance of the local cloud', () => {
    const hostKeys = generateHostKeys();
    const specification = { instanceId: 'i-1', hostName: 'ip-10-0-1-16', domainName: '', privateIp: '10.0.1.16', architecture: 'aarch64', authorizedKeys: [ED25519] } as unknown as GuestSpecification;
    expect(lines(bootConsole({ specification, bootCount: 1, hostKeys, now: 0 }))).toEqual(base64(...hostKeys.map(({ publicKey }) => publicKey)));
  });
});
