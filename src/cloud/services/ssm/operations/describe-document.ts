/** ssm:DescribeDocument. */
import type { Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { documentDescription } from '../document-description.js';
import { DOCUMENT_REFERENCE, selectionOf } from '../document-input.js';
import { findDocument } from '../document-store.js';

export const describeDocument: Operation = (input, context) => ({
  Document: documentDescription(findDocument(context.state, requiredString(input, 'Name', { pattern: DOCUMENT_REFERENCE }), selectionOf(input)), context),
});
