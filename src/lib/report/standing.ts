/** Age, end and cost of a lab on AWS, as rows of `status`. */
import { lifetimeText } from '../expiry/duration.js';
import type { Standing } from '../stack/status.js';
import { dollars } from './preflight.js';

/** Name of the row, and its text. */
export function standingRows({ created, ageMs, expires, hourly, soFar }: Standing): (readonly [name: string, text: string])[] {
  return [
    ['age', created === null ? 'not told' : `${lifetimeText(ageMs)}, since ${created}`],
    ['ends', expires === null ? 'not by itself; `ssmlab destroy` ends it' : `by itself, ${expires}`],
    ['cost', hourly === null || soFar === null ? 'no price of this region is in the table' : `about ${dollars(soFar)} until now, ${dollars(hourly)} an hour (computed)`],
  ];
}
