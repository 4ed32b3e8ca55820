/** chmod's modes: octal, or clauses like `u+x,go-w`. */

/** Undefined: not a mode. */
export function changeMode(text: string, before: number, directory: boolean, umask: number): number | undefined {
  if (/^[0-7]{1,4}$/u.test(text)) return Number.parseInt(text, 8);
  let mode = before & 0o7777;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/u.exec(clause);
    if (match === null) return undefined;
    const who = match[1] ?? '';
    for (const [, operator = '', letters = ''] of (match[2] ?? '').matchAll(/([-+=])([rwxXst]*)/gu)) mode = apply(mode, who, operator, letters, directory, umask);
  }
  return mode;
}

function apply(mode: number, who: string, operator: string, letters: string, directory: boolean, umask: number): number {
  const everyone = who === '' || who.includes('a');
  const groups = everyone ? 'ugo' : who;
  let bits = 0;
  let mask = 0;
  for (const group of groups) {
    const shift = { u: 6, g: 3, o: 0 }[group] ?? 0;
    mask |= 7 << shift;
    for (const letter of letters) {
      if (letter === 'X') bits |= directory || (mode & 0o111) !== 0 ? 1 << shift : 0;
      else if (letter === 's') bits |= group === 'u' ? 0o4000 : group === 'g' ? 0o2000 : 0;
      else if (letter === 't') bits |= 0o1000;
      else bits |= ({ r: 4, w: 2, x: 1 }[letter] ?? 0) << shift;
    }
  }
  if (who === '') bits &= ~umask;
  if (operator === '+') return mode | bits;
  return operator === '-' ? mode & ~bits : (mode & ~mask) | bits;
}
