/** HeadObject: GetObject without its bytes. */
import type { Operation } from '../../../endpoint/operation.js';
import { requireObject } from '../buckets.js';
import { checkConditions, extentOf } from '../conditions.js';
import { shownObject } from '../object-headers.js';

export const headObject: Operation = (input, { globalState }) => {
  const object = requireObject(globalState, input);
  checkConditions(input, object);
  const { length, shown } = extentOf(input, object);
  return { ...shownObject(object, input, shown.Status !== undefined), ...shown, ContentLength: length };
};
