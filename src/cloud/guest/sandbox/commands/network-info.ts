/** ip, getent, nslookup, dig. */
import { createHash } from 'node:crypto';
import { resolverOf } from '../../image/files.js';
import { readWhole } from '../system/open.js';
import { decode } from '../../byte-text.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { isAddress, resolveHost } from './resolve.js';

/** Lab subnets are /24; the guest learns no other mask than DHCP's, and the specification names none. */
function network(privateIp: string): { readonly prefix: string; readonly gateway: string; readonly broadcast: string } {
  const start = privateIp.split('.').slice(0, 3).join('.');
  return { prefix: `${start}.0/24`, gateway: `${start}.1`, broadcast: `${start}.255` };
}

/** Locally administered, fixed by the interface id, as the region shows it. */
function hardwareAddress(networkInterfaceId: string): string {
  const digest = createHash('sha256').update(networkInterfaceId).digest();
  return ['06', ...Array.from(digest.subarray(0, 5), (byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

async function addresses(call: Call, brief: boolean, device: string | undefined): Promise<void> {
  const { privateIp, networkInterfaceId } = call.process.kernel.specification;
  const { broadcast } = network(privateIp);
  if (brief) {
    if (device !== 'ens5') await call.line('lo               UNKNOWN        127.0.0.1/8 ');
    if (device !== 'lo') await call.line(`ens5             UP             ${privateIp}/24 metric 512 `);
    return;
  }
  if (device !== 'ens5') await call.line('1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever');
  if (device !== 'lo') await call.line(`2: ens5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP group default qlen 1000\n    link/ether ${hardwareAddress(networkInterfaceId)} brd ff:ff:ff:ff:ff:ff\n    altname enp0s5\n    inet ${privateIp}/24 metric 512 brd ${broadcast} scope global dynamic ens5\n       valid_lft 3600sec preferred_lft 3600sec`);
}

async function links(call: Call): Promise<void> {
  await call.line(`1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00`);
  await call.line(`2: ens5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP mode DEFAULT group default qlen 1000\n    link/ether ${hardwareAddress(call.process.kernel.specification.networkInterfaceId)} brd ff:ff:ff:ff:ff:ff\n    altname enp0s5`);
}

async function routes(call: Call, operands: readonly string[]): Promise<number> {
  const { privateIp } = call.process.kernel.specification;
  const { prefix, gateway } = network(privateIp);
  const [verb = 'show', target] = operands;
  if (verb === 'get' && target !== undefined) {
    if (!isAddress(target)) return call.fail(`Error: inet prefix is expected rather than "${target}".`);
    const local = target.split('.').slice(0, 3).join('.') === privateIp.split('.').slice(0, 3).join('.');
    await call.line(`${target} ${local ? '' : `via ${gateway} `}dev ens5 src ${privateIp} uid ${call.process.credentials.uid} \n    cache `);
    return 0;
  }
  if (!'show'.startsWith(verb) && !'list'.startsWith(verb)) return refuse(call);
  // A guest always has a default route, also where the subnet has none (vpc-semantics.md L15): the router decides.
  await call.line(`default via ${gateway} dev ens5 proto dhcp src ${privateIp} metric 512 \n${resolverOf(privateIp)} via ${gateway} dev ens5 proto dhcp src ${privateIp} metric 512 \n${prefix} dev ens5 proto kernel scope link src ${privateIp} metric 512 \n${gateway} dev ens5 proto dhcp scope link src ${privateIp} metric 512 `);
  return 0;
}

function refuse(call: Call): Promise<number> {
  return call.fail('RTNETLINK answers: Operation not permitted (the sandbox shows its network and cannot change it)', 2);
}

export const ip: Command = async (call) => {
  const words = call.args.filter((argument) => !argument.startsWith('-'));
  const brief = call.args.some((argument) => argument === '-br' || argument === '-brief');
  const [object = '', ...rest] = words;
  if (object === '') {
    await call.err('Usage: ip [ OPTIONS ] OBJECT { COMMAND }\nwhere  OBJECT := { address | link | route }\n       OPTIONS := { -4 | -br }\n');
    return 255;
  }
  const shows = rest[0] === undefined || 'show'.startsWith(rest[0]) || 'list'.startsWith(rest[0]);
  if ('address'.startsWith(object)) {
    if (!shows) return refuse(call);
    const device = rest.find((word) => word === 'lo' || word === 'ens5');
    const unknown = rest.slice(1).find((word) => !['dev', 'lo', 'ens5', 'up'].includes(word));
    if (unknown !== undefined) return call.fail(`Device "${unknown}" does not exist.`);
    await addresses(call, brief, device);
    return 0;
  }
  if ('link'.startsWith(object)) {
    if (!shows) return refuse(call);
    await links(call);
    return 0;
  }
  if ('route'.startsWith(object)) return routes(call, rest);
  throw new UsageError(`Object "${object}" is unknown, try "ip help" (the sandbox has address, link, route).`);
};

export const getent: Command = async (call) => {
  const [database, ...keys] = call.args;
  const { process } = call;
  if (database === 'passwd' || database === 'group') {
    const file = decode(readWhole(process, `/etc/${database}`)).trimEnd().split('\n');
    const rows = keys.length === 0 ? file : keys.map((key) => file.find((row) => row.split(':')[0] === key || row.split(':')[2] === key));
    for (const row of rows) if (row !== undefined) await call.line(row);
    return rows.includes(undefined) ? 2 : 0;
  }
  if (database === 'hosts' || database === 'ahosts' || database === 'ahostsv4') {
    if (keys.length === 0) {
      await call.out('127.0.0.1       localhost localhost.localdomain localhost4 localhost4.localdomain4\n');
      return 0;
    }
    let status = 0;
    for (const key of keys) {
      const resolved = await resolveHost(process, key);
      if (typeof resolved !== 'object') {
        status = 2;
        continue;
      }
      for (const [index, address] of resolved.addresses.entries()) {
        if (database === 'hosts') await call.line(`${address.padEnd(15)} ${resolved.name}`);
        else for (const kind of ['STREAM', 'DGRAM', 'RAW']) await call.line(`${address.padEnd(15)} ${kind.padEnd(6)} ${index === 0 && kind === 'STREAM' ? resolved.name : ''}`.trimEnd());
      }
    }
    return status;
  }
  await call.err(`Unknown database: ${database ?? ''}\nTry \`getent --help' or \`getent --usage' for more information.\n`);
  return 1;
};

export const nslookup: Command = async (call) => {
  const { operands } = call.options('', {});
  const [name] = operands;
  if (name === undefined) throw new UsageError('a name is needed: nslookup NAME (there is no interactive mode in the sandbox)');
  const server = resolverOf(call.process.kernel.specification.privateIp);
  const answer = await call.process.wait(call.process.kernel.network.resolve(name.replace(/\.$/u, '')));
  if (answer.kind === 'silent') {
    await call.line(';; connection timed out; no servers could be reached\n');
    return 1;
  }
  await call.line(`Server:\t\t${server}\nAddress:\t${server}#53\n`);
  if (answer.kind === 'nxdomain') {
    await call.line(`** server can't find ${name}: NXDOMAIN\n`);
    return 1;
  }
  await call.line('Non-authoritative answer:');
  for (const address of answer.addresses) await call.line(`Name:\t${name}\nAddress: ${address}`);
  await call.line('');
  return 0;
};

export const dig: Command = async (call) => {
  const short = call.args.includes('+short');
  const names = call.args.filter((argument) => !/^[+@-]/u.test(argument) && !/^(?:A|IN)$/u.test(argument));
  const other = names.find((name) => /^(?:AAAA|MX|TXT|NS|CNAME|SOA|PTR|ANY)$/u.test(name));
  if (other !== undefined || call.args.includes('-x')) throw new UsageError(`the sandbox's resolver answers A queries only, not ${other ?? 'PTR'}`);
  const [name] = names;
  if (name === undefined) throw new UsageError('a name is needed: dig [+short] NAME [A]');
  const bare = name.replace(/\.$/u, '');
  const answer = await call.process.wait(call.process.kernel.network.resolve(bare));
  if (answer.kind === 'silent') {
    await call.line(';; communications error: timed out\n;; no servers could be reached');
    return 9;
  }
  const addressesFound = answer.kind === 'addresses' ? answer.addresses : [];
  if (short) {
    for (const address of addressesFound) await call.line(address);
    return 0;
  }
  const server = resolverOf(call.process.kernel.specification.privateIp);
  await call.line(`\n; <<>> DiG 9.18 <<>> ${call.args.join(' ')}\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answer.kind === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR'}\n;; flags: qr rd ra; QUERY: 1, ANSWER: ${addressesFound.length}, AUTHORITY: 0, ADDITIONAL: 0\n\n;; QUESTION SECTION:\n;${bare}.\t\t\tIN\tA\n`);
  if (addressesFound.length > 0) await call.line(`;; ANSWER SECTION:\n${addressesFound.map((address) => `${bare}.\t\t60\tIN\tA\t${address}`).join('\n')}\n`);
  await call.line(`;; SERVER: ${server}#53(${server}) (UDP)`);
  return 0;
};

