/** Conditions of the simulated internet as people write them: `delay=8ms`, `loss=1%`, `rate=100mbit`, `off`. */
import type { WanConditions } from '../../aws/ssmlab.js';
import { SsmlabError } from '../../errors.js';

const OFF: WanConditions = { lossPercent: 0, bitsPerSecond: 0, delayMs: 0 };

/** In tc's own words. */
const RATES: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };

interface Condition {
  readonly pattern: RegExp;
  readonly read: (number: number, unit: string) => Partial<WanConditions>;
  /** Most that it may be, in the unit that is kept. */
  readonly most: number;
  readonly example: string;
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  delay: { pattern: /^(\d+(?:\.\d+)?)(ms|s)?$/u, read: (number, unit) => ({ delayMs: Math.round(unit === 's' ? number * 1000 : number) }), most: 10_000, example: 'delay=8ms' },
  loss: { pattern: /^(\d+(?:\.\d{1,2})?)(%)?$/u, read: (number) => ({ lossPercent: number }), most: 100, example: 'loss=1%' },
  rate: { pattern: /^(\d+(?:\.\d+)?)([kmg]?bit)?$/u, read: (number, unit) => ({ bitsPerSecond: Math.round(number * (RATES[unit] ?? 1)) }), most: 100e9, example: 'rate=100mbit' },
};

/** Throws `usage`. Without words nothing is changed. */
export function readWan(words: readonly string[]): Partial<WanConditions> {
  if (words.includes('off')) {
    if (words.length > 1) throw new SsmlabError('usage', '`off` takes all conditions away, and stands alone', { hint: 'one of them is taken away by `loss=0`' });
    return OFF;
  }
  return Object.assign({}, ...words.flatMap((word) => word.split(',')).map(readOne)) as Partial<WanConditions>;
}

function readOne(word: string): Partial<WanConditions> {
  const [name = '', value = ''] = word.split('=', 2);
  const condition = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
  const [, number, unit = ''] = condition?.pattern.exec(value) ?? [];
  if (condition === undefined || number === undefined) {
    const examples = condition === undefined ? Object.values(CONDITIONS).map(({ example }) => example).join(' ') : condition.example;
    throw new SsmlabError('usage', `not a condition of the internet: "${word}"`, { hint: `for example ${examples}` });
  }
  const read = condition.read(Number(number), unit);
  const [kept = 0] = Object.values(read);
  if (kept > condition.most || (read.bitsPerSecond !== undefined && kept > 0 && kept < 8000)) {
    throw new SsmlabError('usage', `${name} is out of bounds: "${value}"`, { hint: 'delay up to 10s, loss up to 100%, rate from 8kbit to 100gbit' });
  }
  return read;
}

/** `loss 1%, rate 100 Mbit/s`; undefined without any. */
export function wanWords({ lossPercent, bitsPerSecond, delayMs }: WanConditions): string | undefined {
  const words = [
    ...(delayMs === 0 ? [] : [`delay ${delayMs} ms`]),
    ...(lossPercent === 0 ? [] : [`loss ${lossPercent}%`]),
    ...(bitsPerSecond === 0 ? [] : [`rate ${bitsPerSecond >= 1e9 ? `${bitsPerSecond / 1e9} Gbit/s` : bitsPerSecond >= 1e6 ? `${bitsPerSecond / 1e6} Mbit/s` : `${bitsPerSecond / 1e3} kbit/s`}`]),
  ];
  return words.length === 0 ? undefined : words.join(', ');
}
