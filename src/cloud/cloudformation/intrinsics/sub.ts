/** The text of Fn::Sub: what is literal and what `${…}` names. */

export type SubPart = { readonly literal: string } | { readonly name: string };

/** `${!Literal}` becomes `${Literal}`; `${Name}` and `${Resource.Attribute}` are names. */
export function subParts(text: string): SubPart[] {
  const parts: SubPart[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    if (match.index > end) parts.push({ literal: text.slice(end, match.index) });
    const name = match[1] ?? '';
    parts.push(name.startsWith('!') ? { literal: `\${${name.slice(1)}}` } : { name: name.trim() });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ literal: text.slice(end) });
  return parts;
}
