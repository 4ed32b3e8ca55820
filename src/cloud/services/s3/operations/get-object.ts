/** GetObject: all of an object or one range of it. */
import { AwsError, type Operation, type Output } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { requireObject } from '../buckets.js';
import { checkConditions, extentOf } from '../conditions.js';
import type { ObjectFiles } from '../object-files.js';
import { shownObject } from '../object-headers.js';

/** Up to here `Body` is the bytes themselves, which is what internal callers (TemplateURL) read; beyond, a StreamedBody. */
const AT_HAND = 4 * 1024 * 1024;

const OVERRIDES = ['ContentType', 'CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'Expires'] as const;

export const getObject = (files: ObjectFiles): Operation => (input, { globalState }) => {
  const object = requireObject(globalState, input);
  checkConditions(input, object);
  const { start, length, shown: partial } = extentOf(input, object);
  const overrides: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = strOpt(input, `Response${name}`);
    if (value === undefined) continue;
    // What HTTP can carry: Latin-1 without control characters.
    if (!/^[\t\x20-\x7E\xA0-\xFF]*$/.test(value)) {
      const parameter = `response-${name.replaceAll(/(?!^)[A-Z]/g, '-$&').toLowerCase()}`;
      throw new AwsError('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', { members: { ArgumentName: parameter, ArgumentValue: value.replaceAll(/[^\x20-\x7E]/g, '?') } });
    }
    overrides[name] = value;
  }
  const shown: Output = {
    ...shownObject(object, input, partial.Status !== undefined),
    ...overrides,
    ...partial,
    ContentLength: length,
  };
  return { ...shown, Body: length <= AT_HAND ? files.read(object.parts, start, length) : files.stream(object.parts, start, length) };
};
