/** The steps from one state of the kernel to another: what goes, what is made, what is set; each namespace's rules in one transaction. */
import { nftScript, nftTransactions, NO_TABLE } from './nft.js';
import type { FabricState, Link, NamespaceState, Setting } from './state.js';

/** Name of the one table in each namespace. */
export const TABLE = 'ssmlab';

/**
 * What was up before its other end is made ready by the kernel in its own time, and loses packets until then. It shows by its
 * queue; 2 s are more than enough, and one that a guest keeps down must not hold up the others.
 */
const READY = `left=400
while [ $left -gt 0 ] && ip -o link show up | grep -q ' qdisc noop '; do
  left=$((left - 1))
  sleep 0.005
done
`;

/** A shell script for one namespace. */
export interface ScriptStep {
  readonly namespace: string;
  readonly script: string;
  /** Before the script: transactions for `nft`, in a namespace that has rules already. */
  readonly rules?: readonly string[];
}

/** What is done one after the other; within one of them scripts may run side by side. */
export interface Steps {
  readonly unlink: readonly ScriptStep[];
  /** Namespaces that go. */
  readonly remove: readonly { readonly name: string; readonly owned: boolean }[];
  readonly create: readonly { readonly name: string; readonly owned: boolean }[];
  readonly link: readonly ScriptStep[];
  /** Routers and the like. */
  readonly settle: readonly ScriptStep[];
  /** Then machines: the end of a link that comes up last is ready at once. */
  readonly machines: readonly ScriptStep[];
  /** Waits for the ends that were up before the others. */
  readonly ready: readonly ScriptStep[];
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
  const settle = [...after.namespaces].flatMap(([namespace, state]) => {
    // The very same state, and no link of it was made: nothing to compare.
    if (before.namespaces.get(namespace) === state && !touched.has(namespace)) return [];
    const known = before.namespaces.get(namespace);
    const transactions = nftTransactions(TABLE, known?.table ?? NO_TABLE, state.table);
    const script = settleScript(known, state, {
      fresh: (link) => fresh.has(`${namespace}/${link}`),
      dead: (link) => dead.has(`${namespace}/${link}`),
    });
    if (script === '' && transactions.length === 0) return [];
    // Rules first, so that nothing passes that no rule was asked about.
    const stays = !state.owned && known !== undefined && known.table !== NO_TABLE;
    return [{ step: stays ? { namespace, rules: transactions, script } : { namespace, script: `${transactions.map(nftScript).join('')}${script}` }, owned: state.owned }];
  });
  const early = new Set(laid.flatMap((link) => link.ends.map((end) => end.namespace)).filter((namespace) => after.namespaces.get(namespace)?.owned !== true));
  return {
    unlink: unlinkSteps(cut),
    remove: gone.map(([name, { owned }]) => ({ name, owned })),
    create: made.filter(([name]) => name !== '').map(([name, { owned }]) => ({ name, owned })),
    link: laid.length === 0 ? [] : [{ namespace: '', script: ipBatch(laid.map(({ ends: [one, other], mtu }) => linkLine(one, other, mtu))) }],
    settle: settle.filter(({ owned }) => !owned).map(({ step }) => step),
    machines: settle.filter(({ owned }) => owned).map(({ step }) => step),
    ready: [...early].map((namespace) => ({ namespace, script: READY })),
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

/** Group of links that are to go: the kernel takes a group at once, and waits once. */
const GOING = 77;

/** A guest's root can have taken his end away, and the other with it: what is not there any more is no fault. */
function unlinkSteps(links: readonly Link[]): ScriptStep[] {
  const named = new Map<string, string[]>();
  for (const { ends: [{ namespace, name }] } of links) named.set(namespace, [...named.get(namespace) ?? [], name]);
  return [...named].map(([namespace, names]) => ({
    namespace,
    script: `ip -force -batch - <<'IP' 2>/dev/null || :\n${names.map((name) => `link set ${name} group ${GOING}`).join('\n')}\nIP\nip link del group ${GOING} 2>/dev/null || :\n`,
  }));
}

interface Links {
  /** Just made: what stands on it is to be put. */
  readonly fresh: (link: string) => boolean;
  /** Gone, and what stood on it with it. */
  readonly dead: (link: string) => boolean;
}

function settleScript(before: NamespaceState | undefined, after: NamespaceState, links: Links): string {
  // All settings of hundreds of links come by here, and hardly any of them is another.
  const put = (now: ReadonlyMap<string, Setting>, then: ReadonlyMap<string, Setting> | undefined): string[] => {
    const lines: string[] = [];
    for (const [key, setting] of now) {
      if (then?.get(key)?.put !== setting.put || (setting.link !== undefined && links.fresh(setting.link))) lines.push(setting.put);
    }
    return lines;
  };
  const removed = [...before?.settings ?? []].flatMap(([key, { remove, link }]) =>
    (remove === undefined || after.settings.has(key) || (link !== undefined && links.dead(link)) ? [] : [remove]));
  return [
    sysctlLines(put(after.sysctls, before?.sysctls)),
    ipBatch([...(before === undefined || before.first.length === 0 ? after.first : []), ...put(after.settings, before?.settings), ...removed]),
  ].join('');
}

/** `net/…` path and value in each. */
function sysctlLines(sysctls: readonly string[]): string {
  return sysctls.map((each) => {
    const space = each.indexOf(' ');
    return `echo '${each.slice(space + 1)}' > /proc/sys/${each.slice(0, space)}\n`;
  }).join('');
}

export function ipBatch(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `ip -batch - <<'IP'\n${lines.join('\n')}\nIP\n`;
}
