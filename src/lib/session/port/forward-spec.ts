/** What `ssmlab forward` takes: `[BIND:]L:[HOST:]R`, or `unix:PATH:[HOST:]R`, in the order that ssh's -L has. */
import { SsmlabError } from '../../errors.js';

/** Where connections are accepted. */
export type LocalEnd =
  | { readonly kind: 'tcp'; /** Address or name; undefined: every address of this machine. */ readonly host: string | undefined; /** 0: any that is free. */ readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export interface ForwardSpec {
  /** As it was written. */
  readonly text: string;
  readonly local: LocalEnd;
  /** Undefined: the instance itself. Resolved by the instance. */
  readonly remoteHost: string | undefined;
  readonly remotePort: number;
}

/** Where one listens when nothing is said. */
export const DEFAULT_BIND = '127.0.0.1';

/** Throws `usage` with what is wrong in it. */
export function parseForwardSpec(text: string): ForwardSpec {
  const wrong = (why: string): SsmlabError => new SsmlabError('usage', `"${text}" ${why}`, { hint: 'write [BIND:]LOCAL:[HOST:]REMOTE, as 8080:80, 0.0.0.0:5432:db.internal:5432 or unix:/tmp/web.sock:80' });
  const port = (word: string, least: number): number => {
    const value = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
    if (!(value >= least && value <= 65_535)) throw wrong(`has no port in "${word}"`);
    return value;
  };
  const host = (word: string): string => {
    const bare = /^\[(.*)\]$/.exec(word)?.[1] ?? word;
    if (bare.length < 3 || /[\s,$^&()!;'"<>`{}[\]|#=/]/.test(bare)) throw wrong(`has no host in "${word}"`);
    return bare;
  };
  if (text.startsWith('unix:')) {
    const [, path, remoteHost, remote] = /^unix:(.+?):(?:([^/:]+|\[[^\]]*\]):)?([^/:]*)$/.exec(text) ?? [];
    if (path === undefined || remote === undefined) throw wrong('has no remote port after the socket\'s path');
    return { text, local: { kind: 'unix', path }, remoteHost: remoteHost === undefined ? undefined : host(remoteHost), remotePort: port(remote, 1) };
  }
  // Colons within brackets belong to an IPv6 address.
  const words = text.match(/\[[^\]]*\](?=:|$)|[^:]+|(?<=:)(?=:|$)|^(?=:)/g) ?? [];
  const isPort = (word: string | undefined): boolean => /^\d+$/.test(word ?? '');
  const [first = '', second = '', third = '', fourth = ''] = words;
  const bind = (word: string): string | undefined => (word === '*' || word === '' ? undefined : host(word));
  switch (words.length) {
    case 2:
      return { text, local: { kind: 'tcp', host: DEFAULT_BIND, port: port(first, 0) }, remoteHost: undefined, remotePort: port(second, 1) };
    case 3:
      return isPort(first)
        ? { text, local: { kind: 'tcp', host: DEFAULT_BIND, port: port(first, 0) }, remoteHost: host(second), remotePort: port(third, 1) }
        : { text, local: { kind: 'tcp', host: bind(first), port: port(second, 0) }, remoteHost: undefined, remotePort: port(third, 1) };
    case 4:
      return { text, local: { kind: 'tcp', host: bind(first), port: port(second, 0) }, remoteHost: host(third), remotePort: port(fourth, 1) };
    default:
      throw wrong('is no forward');
  }
}
