/** cloudformation:ListExports and ListImports. */
import { str } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { validationError } from '../errors.js';
import { exportsOf, importersOf } from '../exports.js';

export const listExports: Operation = (input, context) => {
  const { items, nextToken } = page(exportsOf(context.state), input, { default: 100, key: (item) => item.exportName });
  return { Exports: items.map(({ stackId, exportName, value }) => ({ ExportingStackId: stackId, Name: exportName, Value: value })), NextToken: nextToken };
};

export const listImports: Operation = (input, context) => {
  const name = str(input, 'ExportName');
  const importers = importersOf(context.state, name);
  if (importers.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
  const { items, nextToken } = page(importers, input, { default: 100, key: (item) => item });
  return { Imports: items, NextToken: nextToken };
};
