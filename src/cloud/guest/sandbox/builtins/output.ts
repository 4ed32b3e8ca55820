/** echo and printf. */
import { parseNumber } from '../shell/arithmetic.js';
import { backslashed, unescape } from '../shell/quote.js';
import { SystemError } from '../system/errors.js';
import type { Builtin } from './builtin.js';
import { say } from './builtin.js';

export const echo: Builtin = async (shell, args) => {
  let newline = true;
  let escapes = false;
  let at = 0;
  for (; /^-[neE]+$/u.test(args[at] ?? ''); at += 1) {
    for (const letter of (args[at] ?? '').slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(at).join(' ');
  const { text: out, stop } = escapes ? unescape(text, 'echo') : { text, stop: false };
  await say(shell, out + (newline && !stop ? '\n' : ''));
  return 0;
};

const SPECIFIER = /%(?:%|([-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|j|z|t|L)*([a-zA-Z])|\((.*?)\)T)/gu;

interface FormatResult {
  readonly text: string;
  readonly errors: readonly string[];
}

function pad(text: string, width: number, flags: string): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+ -]?(?:0[xX])?/u.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** One pass or more of a printf format over its arguments, as printf(1). */
export function formatText(format: string, args: readonly string[], now: number): FormatResult {
  const errors: string[] = [];
  let text = '';
  let next = 0;
  const whole = (given: string | undefined): bigint => {
    if (given === undefined || given === '') return 0n;
    if (/^["']/u.test(given)) return BigInt(given.codePointAt(1) ?? 0);
    const number = safeNumber(given.trim());
    if (number !== undefined) return number;
    errors.push(`${given}: invalid number`);
    return safeNumber(/^[+-]?\d+/u.exec(given.trim())?.[0] ?? '0') ?? 0n;
  };
  const real = (given: string | undefined): number => {
    if (given === undefined || given === '') return 0;
    const number = Number(given);
    if (!Number.isNaN(number)) return number;
    errors.push(`${given}: invalid number`);
    return Number.parseFloat(given) || 0;
  };
  do {
    const before = next;
    if (text.length > 4_000_000) throw new SystemError('ENOMEM');
    let stopped = false;
    let last = 0;
    const literal = (source: string): void => {
      if (stopped) return;
      const piece = unescape(source, 'printf');
      text += piece.text;
      stopped ||= piece.stop;
    };
    for (const match of format.matchAll(SPECIFIER)) {
      literal(format.slice(last, match.index));
      last = match.index + match[0].length;
      if (stopped) break;
      if (match[0] === '%%') {
        text += '%';
        continue;
      }
      const [, flags = '', widthSource, precisionSource, conversion = 'T', time] = match;
      const take = (): string | undefined => args[next++];
      let width = widthSource === '*' ? Number(whole(take())) : Number(widthSource ?? 0);
      const left = width < 0;
      width = Math.min(Math.abs(width), 1_000_000);
      const precision = precisionSource === undefined ? undefined : precisionSource === '*' ? Number(whole(take())) : Number(precisionSource);
      const done = (value: string, numeric: boolean): void => {
        text += pad(value, width, (left ? '-' : '') + (numeric && (precision === undefined || /[eEfFgG]/u.test(conversion)) ? flags : flags.replaceAll('0', '')));
      };
      const signed = (value: bigint): string => {
        const digits = (value < 0n ? -value : value).toString().padStart(precision ?? 0, '0');
        return (value < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + digits;
      };
      const unsigned = (value: bigint, radix: number): string => BigInt.asUintN(64, value).toString(radix).padStart(precision ?? 0, '0');
      switch (conversion) {
        case 'T': {
          const given = take();
          const seconds = given === undefined || given === '-1' ? now / 1000 : real(given);
          done(strftime(time ?? '%c', new Date(seconds * 1000)), false);
          break;
        }
        case 'd':
        case 'i':
          done(signed(whole(take())), true);
          break;
        case 'u':
          done(unsigned(whole(take()), 10), true);
          break;
        case 'o':
          done((flags.includes('#') ? '0' : '') + unsigned(whole(take()), 8), true);
          break;
        case 'x':
        case 'X': {
          const value = (flags.includes('#') ? '0x' : '') + unsigned(whole(take()), 16);
          done(conversion === 'X' ? value.toUpperCase() : value, true);
          break;
        }
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
          done(realText(real(take()), conversion, precision ?? 6, flags), true);
          break;
        case 'c':
          done((take() ?? '').slice(0, 1), false);
          break;
        case 's': {
          const value = take() ?? '';
          done(precision === undefined ? value : Array.from(value).slice(0, precision).join(''), false);
          break;
        }
        case 'b': {
          const piece = unescape(take() ?? '', 'echo');
          done(piece.text, false);
          stopped ||= piece.stop;
          break;
        }
        case 'q':
          done(backslashed(take() ?? ''), false);
          break;
        default:
          errors.push(`\`${conversion}': invalid format character`);
          return { text, errors };
      }
    }
    literal(format.slice(last));
    if (stopped || next === before) break;
  } while (next < args.length);
  return { text, errors };
}

function safeNumber(text: string): bigint | undefined {
  try {
    return parseNumber(text);
  } catch {
    return undefined;
  }
}

function realText(value: number, conversion: string, precision: number, flags: string): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const size = Math.abs(value);
  const exponent = (text: string): string => text.replace(/e([+-])(\d)$/u, 'e$10$2');
  let text: string;
  if (!Number.isFinite(size)) text = Number.isNaN(size) ? 'nan' : 'inf';
  else if (/[fF]/u.test(conversion)) text = size.toFixed(Math.min(precision, 100));
  else if (/[eE]/u.test(conversion)) text = exponent(size.toExponential(Math.min(precision, 100)));
  else {
    const digits = Math.max(1, Math.min(precision, 100));
    const power = size === 0 ? 0 : Math.floor(Math.log10(size));
    text = power < -4 || power >= digits ? exponent(size.toExponential(digits - 1)) : size.toPrecision(digits);
    if (!flags.includes('#')) text = text.replace(/(\.\d*?)0+(e|$)/u, '$1$2').replace(/\.(e|$)/u, '$1');
  }
  return sign + (/[EFG]/u.test(conversion) ? text.toUpperCase() : text);
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** strftime(3) in UTC, the time zone of AL2023. */
export function strftime(format: string, date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const dayOfYear = Math.floor((Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  const day = DAYS[date.getUTCDay()] ?? '';
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const hour12 = date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12;
  const meanings: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getUTCFullYear()), C: () => two(Math.floor(date.getUTCFullYear() / 100)), y: () => two(date.getUTCFullYear() % 100),
    m: () => two(date.getUTCMonth() + 1), d: () => two(date.getUTCDate()), e: () => String(date.getUTCDate()).padStart(2),
    H: () => two(date.getUTCHours()), I: () => two(hour12), M: () => two(date.getUTCMinutes()), S: () => two(date.getUTCSeconds()),
    N: () => String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0'), p: () => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
    j: () => String(dayOfYear).padStart(3, '0'), u: () => String(date.getUTCDay() === 0 ? 7 : date.getUTCDay()), w: () => String(date.getUTCDay()),
    a: () => day.slice(0, 3), A: () => day, b: () => month.slice(0, 3), h: () => month.slice(0, 3), B: () => month,
    s: () => String(Math.floor(date.getTime() / 1000)), Z: () => 'UTC', z: () => '+0000', n: () => '\n', t: () => '\t', '%': () => '%',
    F: () => strftime('%Y-%m-%d', date), T: () => strftime('%H:%M:%S', date), R: () => strftime('%H:%M', date), D: () => strftime('%m/%d/%y', date),
    c: () => strftime('%a %b %e %H:%M:%S %Y', date), x: () => strftime('%m/%d/%y', date), X: () => strftime('%H:%M:%S', date), r: () => strftime('%I:%M:%S %p', date),
  };
  return format.replaceAll(/%[-_0^]?([a-zA-Z%])/gu, (whole, letter: string) => {
    const text = meanings[letter]?.() ?? whole;
    return whole[1] === '-' ? text.replace(/^[0 ]+(?=.)/u, '') : text;
  });
}

export const printf: Builtin = async (shell, args) => {
  const rest = args[0] === '--' ? args.slice(1) : args;
  const target = rest[0] === '-v' ? rest[1] : undefined;
  const [format, ...operands] = target === undefined ? rest : rest.slice(2);
  if (format === undefined) {
    await shell.warn('printf: usage: printf [-v var] format [arguments]\n');
    return 2;
  }
  const { text, errors } = formatText(format, operands, shell.process.kernel.now());
  if (target === undefined) await say(shell, text);
  else await shell.assignTo(target, text);
  for (const error of errors) await shell.complain(`printf: ${error}`);
  return errors.length > 0 ? 1 : 0;
};
