/** HeadObject: GetObject without its bytes. */
import type { Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { requireObject } from '../buckets.js';
import { checkConditions, rangeOf } from '../conditions.js';
import { shownObject } from '../object-headers.js';

export const headObject: Operation = (input, { globalState }) => {
  const object = requireObject(globalState, input);
  checkConditions(input, object);
  const range = rangeOf(strOpt(input, 'Range'), object.size);
  return {
    ...shownObject(object, input, range !== undefined),
    ContentRange: range === undefined ? undefined : `bytes ${range.start}-${range.end}/${object.size}`,
    Status: range === undefined ? undefined : 206,
    ContentLength: range === undefined ? object.size : range.end - range.start + 1,
  };
};
