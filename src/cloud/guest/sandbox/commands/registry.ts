/** Every program of the sandbox by name; each is an entry of /usr/bin. */
import { builtins } from '../builtins/registry.js';
import { Shell } from '../shell/shell.js';
import { shellProgram } from '../shell/main.js';
import type { Program } from '../system/program.js';
import { type Command, program } from './call.js';
import { ec2Metadata } from './ec2-metadata.js';
import { base64, checksum, dd, hexdump, od } from './encode.js';
import { chmod, chown, cp, ln, mkdir, mv, rm, rmdir, touch } from './files-change.js';
import { df, du, find, mktemp } from './files-find.js';
import { ls, stat } from './files-list.js';
import { less } from './less.js';
import { curl } from './network-curl.js';
import { dig, getent, ip, nslookup } from './network-info.js';
import { nc } from './network-nc.js';
import { ping } from './ping.js';
import { halt, poweroff, reboot, shutdown } from './power.js';
import { basename, dirname, env, nohup, printenv, readlink, realpath, sleep, su, sudo, timeout, which, xargs } from './run.js';
import { arch, date, free, groups, hostname, id, nproc, ps, uname, uptime, whoami } from './system-info.js';
import { clear, reset, stty, tput, tty } from './terminal.js';
import { cut, nl, paste, rev, seq, sort, tr, uniq, yes } from './text-filter.js';
import { grep } from './text-grep.js';
import { sed } from './text-sed.js';
import { cat, head, pager, tac, tail, tee, wc } from './text-view.js';

const commands: Readonly<Record<string, Command>> = {
  arch, base64, basename, cat, chgrp: chown, chmod, chown, clear, cp, curl, cut, date, dd, df, dig, dirname, du, 'ec2-metadata': ec2Metadata, egrep: grep, env, fgrep: grep, find, free, getent, grep, groups, halt,
  hd: hexdump, head, hexdump, hostname, id, ip, less, ln, ls, md5sum: checksum, mkdir, mktemp, more: pager, mv, nc, ncat: nc, nl, nohup, nproc, nslookup, od, paste, ping, poweroff, printenv, ps, readlink, realpath, reboot,
  reset, rev, rm, rmdir, sed, seq, sha1sum: checksum, sha256sum: checksum, sha512sum: checksum, shutdown, sleep, sort, stat, stty, su, sudo, tac, tail, tee, timeout, touch, tput, tr, tty, uname, uniq, uptime, wc, which, whoami, xargs, yes,
};

/** Builtins that are files of /usr/bin as well: for xargs, sudo, env, timeout. */
function builtinProgram(name: string): Program {
  return async (process) => {
    const builtin = builtins.get(name);
    if (builtin === undefined) return 127;
    const shell = new Shell({ process, name, title: name });
    for (const [variable, value] of process.environment) shell.variables.set(variable, value);
    return builtin(shell, process.argv.slice(1), name);
  };
}

const all = new Map<string, Program>(Object.entries(commands).map(([name, command]) => [name, program(command)]));
for (const name of ['[', 'echo', 'false', 'kill', 'printf', 'pwd', 'test', 'true']) all.set(name, builtinProgram(name));
for (const name of ['sh', 'bash']) all.set(name, shellProgram);

export const programs: ReadonlyMap<string, Program> = all;
