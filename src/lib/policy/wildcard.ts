/** Matches AWS's two wildcards, `*` (any run) and `?` (one character), in linear space and without regular expressions. */

/** `escape`: a backslash takes the next character as it is, as EC2's filters have it; IAM's patterns have no escape. */
export interface WildcardOptions {
  readonly escape?: boolean | undefined;
  readonly ignoreCase?: boolean | undefined;
}

/** Whether the whole text fits the pattern. */
export function matchesWildcard(pattern: string, text: string, options: WildcardOptions = {}): boolean {
  return wildcard(pattern, options)(text);
}

/** The pattern, read once for many texts. */
export function wildcard(pattern: string, options: WildcardOptions = {}): (text: string) => boolean {
  const read = options.ignoreCase === true ? pattern.toLowerCase() : pattern;
  const tokens = tokensOf(read, options.escape === true);
  const plain = tokens.every((token) => typeof token === 'string') ? tokens.join('') : undefined;
  return (text) => {
    const subject = options.ignoreCase === true ? text.toLowerCase() : text;
    return plain === undefined ? fits(tokens, subject) : plain === subject;
  };
}

function fits(tokens: readonly Token[], subject: string): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let resume = 0;
  while (at < subject.length) {
    const current = tokens[token];
    if (current === ANY) {
      star = token++;
      resume = at;
    } else if (current !== undefined && (current === ONE || current === subject[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === ANY) token++;
  return token === tokens.length;
}

const ANY = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof ANY | typeof ONE;

function tokensOf(pattern: string, escape: boolean): Token[] {
  const tokens: Token[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index] ?? '';
    if (escape && char === '\\' && index + 1 < pattern.length) tokens.push(pattern[++index] ?? '');
    else if (char === '*') tokens.push(ANY);
    else if (char === '?') tokens.push(ONE);
    else tokens.push(char);
  }
  return tokens;
}
