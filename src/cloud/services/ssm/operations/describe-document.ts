/** ssm:DescribeDocument. */
import { createHash } from 'node:crypto';
import type { Operation } from '../../../endpoint/operation.js';
import { anyDocumentNamed, documentHead } from '../document-output.js';
import { checkVersion } from '../documents.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';

export const describeDocument: Operation = (input, context) => {
  const entry = anyDocumentNamed(requiredString(input, 'Name', { pattern: /^[a-zA-Z0-9_\-.:/]{3,128}$/ }));
  checkVersion(optionalString(input, 'DocumentVersion'), entry.name);
  const content = JSON.stringify(entry.document, null, 2);
  return {
    Document: {
      ...documentHead(entry, context),
      Hash: createHash('sha256').update(content).digest('hex'),
      HashType: 'Sha256',
      Status: 'Active',
      Description: entry.document.description,
      Parameters: Object.entries(entry.document.parameters ?? {}).map(([name, parameter]) => ({
        Name: name,
        Type: parameter.type,
        Description: parameter.description,
        DefaultValue: parameter.default,
      })),
      LatestVersion: '1',
      DefaultVersion: '1',
    },
  };
};
