/** ssm:GetDocument. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { DOCUMENTS_CREATED } from '../document-output.js';
import { checkVersion, documentNamed } from '../documents.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';

export const getDocument: Operation = (input) => {
  const entry = documentNamed(requiredString(input, 'Name', { pattern: /^[a-zA-Z0-9_\-.:/]{3,128}$/ }));
  checkVersion(optionalString(input, 'DocumentVersion'), entry.name);
  const format = optionalString(input, 'DocumentFormat', { oneOf: ['YAML', 'JSON', 'TEXT'] }) ?? 'JSON';
  if (format !== 'JSON') throw new AwsError('ValidationException', `The local cloud gives documents as JSON only, not as ${format}.`);
  return {
    Name: entry.name,
    CreatedDate: DOCUMENTS_CREATED,
    DocumentVersion: '1',
    Status: 'Active',
    Content: JSON.stringify(entry.document, null, 2),
    DocumentType: 'Session',
    DocumentFormat: 'JSON',
  };
};
