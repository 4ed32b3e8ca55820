/** The steps from one state of the kernel to another: what goes, what is made, what is set; each namespace's rules in one transaction. */
import { nftTransaction, NO_TABLE } from './nft.js';
import type { FabricState, Link, NamespaceState, Setting } from './state.js';

/** Name of the one table in each namespace. */
export const TABLE = 'ssmlab';

/** A shell script for one namespace. */
export interface ScriptStep {
  readonly namespace: string;
  readonly script: string;
}

/** What is done one after the other; within one of them scripts may run side by side. */
export interface Steps {
  readonly unlink: readonly ScriptStep[];
  /** Namespaces that go. */
  readonly remove: readonly { readonly name: string; readonly owned: boolean }[];
  readonly create: readonly { readonly name: string; readonly owned: boolean }[];
  readonly prepare: readonly ScriptStep[];
  readonly link: readonly ScriptStep[];
  readonly settle: readonly ScriptStep[];
}

export function difference(before: FabricState, after: FabricState): Steps {
  const made = [...after.namespaces].filter(([name]) => !before.namespaces.has(name));
  const gone = [...before.namespaces].filter(([name]) => !after.namespaces.has(name));
  const cut = [...before.links].filter(([key, link]) => !sameLink(after.links.get(key), link)).map(([, link]) => link);
  const laid = [...after.links].filter(([key, link]) => !sameLink(before.links.get(key), link)).map(([, link]) => link);
  const ends = (links: readonly Link[]): Set<string> => new Set(links.flatMap((link) => link.ends.map((end) => `${end.namespace}/${end.name}`)));
  const fresh = ends(laid);
  const dead = ends(cut);
  const touched = new Set([...cut, ...laid].flatMap((link) => link.ends.map((end) => end.namespace)));
  return {
    // A guest's root can have taken his end away, and the other with it.
    unlink: byNamespace(cut.map((link) => ({ namespace: link.ends[0].namespace, line: `link del ${link.ends[0].name}` })), ' -force', ' 2>/dev/null || :'),
    remove: gone.map(([name, { owned }]) => ({ name, owned })),
    create: made.filter(([name]) => name !== '').map(([name, { owned }]) => ({ name, owned })),
    prepare: made.filter(([, { owned }]) => !owned).map(([namespace, { defaults }]) => ({ namespace, script: sysctlLines(defaults.map(([path, value]) => `${path} ${value}`)) })),
    link: byNamespace(laid.map(({ ends: [one, other], mtu }) => ({ namespace: '', line: linkLine(one, other, mtu) }))),
    settle: [...after.namespaces].flatMap(([namespace, state]) => {
      // The very same state, and no link of it was made: nothing to compare.
      if (before.namespaces.get(namespace) === state && !touched.has(namespace)) return [];
      const script = settleScript(before.namespaces.get(namespace), state, {
        fresh: (link) => fresh.has(`${namespace}/${link}`),
        dead: (link) => dead.has(`${namespace}/${link}`),
      });
      return script === '' ? [] : [{ namespace, script }];
    }),
  };
}

export const isNothing = (steps: Steps): boolean => Object.values(steps).every((each) => (each as readonly unknown[]).length === 0);

function sameLink(a: Link | undefined, b: Link): boolean {
  return a !== undefined && a.mtu === b.mtu && a.ends.every((end, index) => {
    const other = b.ends[index as 0 | 1];
    return end.namespace === other.namespace && end.name === other.name && end.mac === other.mac;
  });
}

function linkLine(one: Link['ends'][0], other: Link['ends'][1], mtu: number): string {
  const end = ({ namespace, mac }: Link['ends'][0]): string => `address ${mac} mtu ${mtu}${namespace === '' ? '' : ` netns ${namespace}`}`;
  return `link add ${one.name} ${end(one)} type veth peer name ${other.name} ${end(other)}`;
}

function byNamespace(lines: readonly { readonly namespace: string; readonly line: string }[], flags = '', after = ''): ScriptStep[] {
  const grouped = new Map<string, string[]>();
  for (const { namespace, line } of lines) grouped.set(namespace, [...grouped.get(namespace) ?? [], line]);
  return [...grouped].map(([namespace, each]) => ({ namespace, script: ipBatch(each, flags, after) }));
}

interface Links {
  /** Just made: what stands on it is to be put. */
  readonly fresh: (link: string) => boolean;
  /** Gone, and what stood on it with it. */
  readonly dead: (link: string) => boolean;
}

/** Rules first, so that nothing passes that no rule was asked about. */
function settleScript(before: NamespaceState | undefined, after: NamespaceState, links: Links): string {
  const put = (now: ReadonlyMap<string, Setting>, then: ReadonlyMap<string, Setting> | undefined): string[] =>
    [...now].filter(([key, setting]) => then?.get(key)?.put !== setting.put || (setting.link !== undefined && links.fresh(setting.link))).map(([, setting]) => setting.put);
  const removed = [...before?.settings ?? []].flatMap(([key, { remove, link }]) =>
    (remove === undefined || after.settings.has(key) || (link !== undefined && links.dead(link)) ? [] : [remove]));
  return [
    nftLines(nftTransaction(TABLE, before?.table ?? NO_TABLE, after.table)),
    sysctlLines(put(after.sysctls, before?.sysctls)),
    ipBatch([...(before === undefined || before.first.length === 0 ? after.first : []), ...put(after.settings, before?.settings), ...removed]),
  ].join('');
}

function nftLines(transaction: string): string {
  return transaction === '' ? '' : `nft -f - <<'NFT'\n${transaction}NFT\n`;
}

/** `net/…` path and value in each. */
function sysctlLines(sysctls: readonly string[]): string {
  return sysctls.map((each) => {
    const space = each.indexOf(' ');
    return `echo '${each.slice(space + 1)}' > /proc/sys/${each.slice(0, space)}\n`;
  }).join('');
}

export function ipBatch(lines: readonly string[], flags = '', after = ''): string {
  return lines.length === 0 ? '' : `ip${flags} -batch - <<'IP'${after}\n${lines.join('\n')}\nIP\n`;
}
