/** How long a lab may live, as people write it. */
import { SsmlabError } from '../errors.js';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** A lab takes minutes to be made and looked at; what lives longer than a month is no lab. */
const [LEAST, MOST] = [10 * UNITS.m, 30 * UNITS.d];

/** `90m`, `2h`, `1d` → milliseconds. `usage` for anything else, under ten minutes and over thirty days. */
export function parseLifetime(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([mhd])$/u.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
  if (Number.isNaN(milliseconds)) throw new SsmlabError('usage', `"${text}" is no length of time`, { hint: 'write it as 90m, 2h or 1d' });
  if (milliseconds < LEAST || milliseconds > MOST) throw new SsmlabError('usage', `a lab lives from 10m to 30d, and not ${text}`, { hint: 'write it as 90m, 2h or 1d' });
  return milliseconds;
}

/** A point of time, ISO 8601 to the second: as EventBridge Scheduler has it. */
export const timeText = (time: Date): string => time.toISOString().replace(/\.\d+Z$/u, 'Z');

/** Milliseconds in words, in the two largest units that say something: `2 h 5 min`. */
export function lifetimeText(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / UNITS.m));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [[days, 'd'], [hours, 'h'], [rest, 'min']].filter(([count]) => count !== 0);
  return parts.length === 0 ? '0 min' : parts.slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(' ');
}
