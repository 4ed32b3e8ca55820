/**
 * Host keys as an instance tells them on its serial console: cloud-init's `keys-to-console` writes them between two lines
 * at the end of a boot (`aws-facts.md` §7). A logger may have put its prefix before each line (`<14>Nov 25 13:27:00 ec2: `,
 * `[   15.1] cloud-init[900]: `), the kernel its own messages in between, and a terminal may have broken long lines.
 */
import { stripVTControlCharacters } from 'node:util';
import { wireKeyType } from './wire-key.js';

const BLOCK = /-----BEGIN SSH HOST KEY KEYS-----([\s\S]*?)-----END SSH HOST KEY KEYS-----/gu;
const KEY = /(?:^|\s)((?:ssh|ecdsa)-[\w-]+)\s+(AAAA[A-Za-z0-9+/]*={0,2})(?=\s|$)/u;
const REST = /^(?:.*?(?:ec2|cloud-init)(?:\[\d+\])?: )?([A-Za-z0-9+/]+={0,2})(?=\s|$)/u;

/** One block's keys. What does not come to a whole key of its kind is left out. */
function keysIn(block: string): Buffer[] {
  const keys: Buffer[] = [];
  let type = '';
  let text = '';
  for (const line of stripVTControlCharacters(block).split(/[\r\n]+/u)) {
    const begins = KEY.exec(line);
    if (begins !== null) [type, text] = [begins[1] ?? '', begins[2] ?? ''];
    // A line that the terminal broke goes on with the next.
    else if (text !== '') text += REST.exec(line)?.[1] ?? '';
    const key = Buffer.from(text, 'base64');
    if (text === '' || wireKeyType(key) !== type) continue;
    keys.push(key);
    text = '';
  }
  return keys;
}

/** The keys of the last block that is whole, in wire form; none when the console has none (yet, or any more). */
export function consoleHostKeys(text: string): Buffer[] {
  const last = [...text.matchAll(BLOCK)].at(-1)?.[1];
  return last === undefined ? [] : keysIn(last);
}
