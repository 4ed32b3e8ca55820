/** Shell patterns (`*`, `?`, `[…]`, extended globs) as regular expressions. A backslash quotes the next character. */

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9', alpha: 'a-zA-Z', blank: ' \\t', cntrl: '\\x00-\\x1f\\x7f', digit: '0-9', graph: '\\x21-\\x7e', lower: 'a-z',
  print: '\\x20-\\x7e', punct: '!-\\/:-@\\[-`{-~', space: '\\s', upper: 'A-Z', xdigit: '0-9A-Fa-f', word: '\\w',
};

export function quotePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]()|!+@-]/gu, '\\$&');
}

export function hasMagic(pattern: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*(?:[*?]|\[[^\]]|[@+!]\()/u.test(pattern);
}

function bracket(pattern: string, start: number): { readonly source: string; readonly end: number } | undefined {
  let at = start + 1;
  let source = '[';
  if (pattern[at] === '!' || pattern[at] === '^') {
    source += '^';
    at += 1;
  }
  let first = true;
  for (;;) {
    const character = pattern[at];
    if (character === undefined) return undefined;
    if (character === ']' && !first) return { source: `${source}]`, end: at + 1 };
    first = false;
    const named = /^\[:(\w+):\]/u.exec(pattern.slice(at, at + 12));
    if (named !== null) {
      source += CLASSES[named[1] ?? ''] ?? '';
      at += named[0].length;
    } else if (character === '\\' && pattern[at + 1] !== undefined) {
      source += `\\${pattern[at + 1] ?? ''}`.replace(/^\\([a-zA-Z0-9])$/u, '$1');
      at += 2;
    } else {
      source += /[\\\][^]/u.test(character) ? `\\${character}` : character;
      at += 1;
    }
  }
}

/** Closing parenthesis of an extended glob. */
function groupEnd(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === '(') depth += 1;
    else if (pattern[at] === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

export function patternSource(pattern: string, greedy = true): string {
  const lazy = greedy ? '' : '?';
  let source = '';
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at] ?? '';
    if ('?*+@!'.includes(character) && pattern[at + 1] === '(') {
      const end = groupEnd(pattern, at + 1);
      if (end > 0) {
        const inner = pattern.slice(at + 2, end).split('|').map((part) => patternSource(part)).join('|');
        source += character === '!' ? `(?:(?!(?:${inner})$)[\\s\\S]*${lazy})` : `(?:${inner})${character === '@' ? '' : character}`;
        at = end + 1;
        continue;
      }
    }
    const group = character === '[' ? bracket(pattern, at) : undefined;
    if (group !== undefined) {
      source += group.source;
      at = group.end;
    } else if (character === '*') {
      // Runs of stars are one: a chain of them would backtrack for ever.
      if (!source.endsWith(`[\\s\\S]*${lazy}`)) source += `[\\s\\S]*${lazy}`;
      at += 1;
    } else if (character === '?') {
      source += '[\\s\\S]';
      at += 1;
    } else {
      const literal = character === '\\' ? (pattern[at + 1] ?? '\\') : character;
      source += literal.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
      at += character === '\\' ? 2 : 1;
    }
  }
  return source;
}

const cache = (limit: number): ((source: string, flags: string) => RegExp) => {
  const known = new Map<string, RegExp>();
  return (source, flags) => {
    const key = `${flags}/${source}`;
    let compiled = known.get(key);
    if (compiled === undefined) {
      if (known.size > limit) known.clear();
      compiled = new RegExp(source, flags);
      known.set(key, compiled);
    }
    return compiled;
  };
};

/** Compiles shell patterns, remembering the last few hundred. */
export class Patterns {
  private readonly compile = cache(300);

  matches(pattern: string, text: string): boolean {
    return this.safe(`^(?:${patternSource(pattern)})$`).test(text);
  }

  /** ${x#p}, ${x##p}, ${x%p}, ${x%%p}: what is left. */
  remove(text: string, pattern: string, side: 'prefix' | 'suffix', greedy: boolean): string {
    if (side === 'prefix') return text.replace(this.safe(`^(?:${patternSource(pattern, greedy)})`), '');
    const whole = this.safe(`^(?:${patternSource(pattern)})$`);
    const starts = Array.from({ length: text.length + 1 }, (_, index) => (greedy ? index : text.length - index));
    const start = starts.find((index) => whole.test(text.slice(index)));
    return start === undefined ? text : text.slice(0, start);
  }

  replace(text: string, pattern: string, replacement: string, all: boolean, anchor: 'start' | 'end' | null, grown: (length: number) => void): string {
    if (pattern === '' && anchor === null) return text;
    const source = patternSource(pattern);
    const anchored = anchor === 'start' ? `^(?:${source})` : anchor === 'end' ? `(?:${source})$` : source;
    let length = text.length;
    return text.replace(this.safe(anchored, all ? 'gu' : 'u'), () => {
      length += replacement.length;
      grown(length);
      return replacement;
    });
  }

  private safe(source: string, flags = 'u'): RegExp {
    try {
      return this.compile(source, flags);
    } catch {
      return /[^\s\S]/u;
    }
  }
}
