/**
 * Policy variables (IAM user guide, "IAM policy elements: variables and tags"): `${aws:username}`, with a default
 * `${aws:PrincipalTag/team, 'none'}`, and `${*}`, `${?}`, `${$}` for the characters themselves. Only version 2012-10-17 has them.
 */
import type { ConditionContext } from './condition.js';

/**
 * The text as a pattern in which a backslash takes the next character as it is: what a variable stands for is no
 * wildcard. Undefined when a variable has no value in the request.
 */
export function patternOf(text: string, version: string, context: ConditionContext): string | undefined {
  const literal = (value: string): string => value.replaceAll(/[\\*?]/g, String.raw`\$&`);
  if (version !== '2012-10-17' || !text.includes('${')) return text.replaceAll('\\', '\\\\');
  let missing = false;
  const pattern = text.replaceAll(/\$\{([^}]*)\}|\\/g, (whole, name: string | undefined) => {
    if (name === undefined) return `${whole}\\`;
    if (name === '*' || name === '?' || name === '$') return literal(name);
    const [, key = '', fallback] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/s.exec(name) ?? [];
    const value = valueOf(context, key) ?? fallback;
    if (value === undefined) missing = true;
    return literal(value ?? '');
  });
  return missing ? undefined : pattern;
}

/** The same as plain text, for operators without wildcards. */
export function textOf(text: string, version: string, context: ConditionContext): string | undefined {
  return patternOf(text, version, context)?.replaceAll(/\\(.)/gs, '$1');
}

/** A key's one value, in any case; undefined for one that is absent or has many. */
function valueOf(context: ConditionContext, key: string): string | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  return typeof found === 'string' ? found : found?.length === 1 ? found[0] : undefined;
}
