/**
 * What a rule of the kernel's stands for, kept on the rule itself as its comment: the kernel's own trace of a packet gives it back,
 * so that whoever explains a drop need not know how the chains were made.
 */

/** Rules that stand for no resource: by number as `vpc-semantics.md` has them. */
export type SemanticRule = 'A3' | 'E3' | 'I10' | 'I2' | 'I4' | 'L1' | 'R8' | 'S7' | 'V4';

export type Remark =
  | { readonly kind: 'security-group-rule'; readonly ruleId: string }
  /** `*` is the entry that every network ACL ends with. */
  | { readonly kind: 'network-acl-entry'; readonly networkAclId: string; readonly entry: string }
  | { readonly kind: 'rule'; readonly rule: SemanticRule };

/** nft takes 128 characters. */
const LONGEST = 60;
const safe = (id: string): string => id.replaceAll(/[^\w.*-]/gu, '_').slice(0, LONGEST);

/** The rule with its remark. */
export function remarked(rule: string, remark: Remark): string {
  return `${rule} comment "${textOf(remark)}"`;
}

function textOf(remark: Remark): string {
  switch (remark.kind) {
    case 'security-group-rule':
      return `group ${safe(remark.ruleId)}`;
    case 'network-acl-entry':
      return `acl ${safe(remark.networkAclId)} ${safe(remark.entry)}`;
    case 'rule':
  }
  return `rule ${remark.rule}`;
}

/** The remark in what nft prints of a rule; undefined where it has none of ours. */
export function remarkIn(printed: string): Remark | undefined {
  const [kind, first, second] = /comment "([^"]*)"/u.exec(printed)?.[1]?.split(' ') ?? [];
  if (first === undefined) return undefined;
  if (kind === 'group') return { kind: 'security-group-rule', ruleId: first };
  if (kind === 'acl' && second !== undefined) return { kind: 'network-acl-entry', networkAclId: first, entry: second };
  return kind === 'rule' ? { kind: 'rule', rule: first as SemanticRule } : undefined;
}
