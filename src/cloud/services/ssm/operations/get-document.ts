/** ssm:GetDocument. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { anyDocumentNamed, DOCUMENTS_CREATED, documentType } from '../document-output.js';
import { checkVersion } from '../documents.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';

export const getDocument: Operation = (input) => {
  const entry = anyDocumentNamed(requiredString(input, 'Name', { pattern: /^[a-zA-Z0-9_\-.:/]{3,128}$/ }));
  checkVersion(optionalString(input, 'DocumentVersion'), entry.name);
  const format = optionalString(input, 'DocumentFormat', { oneOf: ['YAML', 'JSON', 'TEXT'] }) ?? 'JSON';
  if (format !== 'JSON') throw new AwsError('ValidationException', `The local cloud gives documents as JSON only, not as ${format}.`);
  return {
    Name: entry.name,
    CreatedDate: DOCUMENTS_CREATED,
    DocumentVersion: '1',
    Status: 'Active',
    Content: JSON.stringify(entry.document, null, 2),
    DocumentType: documentType(entry),
    DocumentFormat: 'JSON',
  };
};
