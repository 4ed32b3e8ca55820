/** ssm:CreateDocument, UpdateDocument, UpdateDocumentDefaultVersion and DeleteDocument: session and command documents of one's own. */
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';
import type { Reader } from '../../../state/store.js';
import { documentDescription } from '../document-description.js';
import { type DocumentType, readDocument } from '../document-content.js';
import { DOCUMENT_NAME, formatOf, selectionOf, versionNameOf } from '../document-input.js';
import { type DocumentRecord, type DocumentVersionRecord, entryOf, findDocument, OWN_DOCUMENTS, regionDocument, versionOf } from '../document-store.js';
import { DEFAULT_DOCUMENT } from '../documents.js';
import { readTags } from '../tags.js';

const MAX_DOCUMENTS = 500;
const MAX_VERSIONS = 1000;
const TYPES = ['Command', 'Policy', 'Automation', 'Session', 'Package', 'ApplicationConfiguration', 'ApplicationConfigurationSchema', 'DeploymentStrategy', 'ChangeCalendar', 'Automation.ChangeTemplate', 'ProblemAnalysis', 'ProblemAnalysisTemplate', 'CloudFormation', 'ConformancePackTemplate', 'QuickSetup', 'ManualApprovalPolicy', 'AutoApprovalPolicy'];

const contentOf = (input: Input): string => requiredString(input, 'Content', { min: 1 });
const ownNameOf = (input: Input): string => requiredString(input, 'Name', { pattern: DOCUMENT_NAME });
const displayNameOf = (input: Input): string | undefined => optionalString(input, 'DisplayName', { max: 1024, pattern: /^[\w.\-:/ ]*$/ });
const targetTypeOf = (input: Input): string | undefined => optionalString(input, 'TargetType', { max: 200, pattern: /^\/[\w.\-:/]*$/ });

function typeOf(input: Input): DocumentType {
  const type = optionalString(input, 'DocumentType', { oneOf: TYPES }) ?? 'Command';
  if (type !== 'Session' && type !== 'Command') throw new AwsError('ValidationException', `The local cloud has documents of type Session and Command, not ${type}.`);
  return type;
}

/** The record to change. The preferences are there before anybody wrote them, as their first version. Throws InvalidDocument. */
function recordOf(state: Reader, name: string): DocumentRecord {
  const record = state.get(OWN_DOCUMENTS, name);
  if (record !== undefined) return record;
  const { owner, type, content, format, created } = findDocument(state, name);
  if (owner === 'Amazon') throw new AwsError('InvalidDocumentOperation', `The document ${name} is Amazon's and cannot be changed.`);
  return { name, type, versions: [{ version: 1, content, format, created }], defaultVersion: 1, tags: [] };
}

export const createDocument: Operation = (input, context) => {
  const name = ownNameOf(input);
  if (/^(?:aws|amazon|amzn|AWSEC2|AWSConfigRemediation|AWSSupport)/i.test(name)) throw new AwsError('ValidationException', `The name ${name} begins with a reserved prefix.`);
  const type = typeOf(input);
  const format = formatOf(input) ?? 'JSON';
  const content = contentOf(input);
  readDocument(content, format, type);
  const version: DocumentVersionRecord = { version: 1, versionName: versionNameOf(input), content, format, created: context.now() };
  const record: DocumentRecord = { name, type, versions: [version], defaultVersion: 1, displayName: displayNameOf(input), targetType: targetTypeOf(input), tags: readTags(input) };
  if (name === DEFAULT_DOCUMENT && type !== 'Session') throw new AwsError('InvalidDocumentContent', `${DEFAULT_DOCUMENT} is a session document.`);
  return context.state.transact((tx) => {
    if (tx.get(OWN_DOCUMENTS, name) !== undefined || regionDocument(name)?.owner === 'Amazon') throw new AwsError('DocumentAlreadyExists', `Document with same name ${name} already exists`);
    if (tx.list(OWN_DOCUMENTS).length >= MAX_DOCUMENTS) throw new AwsError('DocumentLimitExceeded', `You can have at most ${MAX_DOCUMENTS} active SSM documents.`);
    tx.put(OWN_DOCUMENTS, name, record);
    return { DocumentDescription: documentDescription(entryOf(record, version), context, 'Creating') };
  });
};

export const updateDocument: Operation = (input, context) => {
  const name = ownNameOf(input);
  const content = contentOf(input);
  const { version: updated = '$LATEST' } = selectionOf({ ...input, VersionName: undefined });
  const versionName = versionNameOf(input);
  const [displayName, targetType] = [displayNameOf(input), targetTypeOf(input)];
  return context.state.transact((tx) => {
    const record = recordOf(tx, name);
    const format = formatOf(input) ?? 'JSON';
    readDocument(content, format, record.type);
    if (versionOf(record, { version: updated }) === undefined) throw new AwsError('InvalidDocumentVersion', `The document version ${updated} does not exist for ${name}.`);
    if (record.versions.some((one) => one.content === content)) throw new AwsError('DuplicateDocumentContent', 'The content of the association document matches another document. Change the content of the document and try again.');
    if (versionName !== undefined && record.versions.some((one) => one.versionName === versionName)) throw new AwsError('DuplicateDocumentVersionName', `The version name ${versionName} is taken.`);
    if (record.versions.length >= MAX_VERSIONS) throw new AwsError('DocumentVersionLimitExceeded', `A document has at most ${MAX_VERSIONS} versions.`);
    const version: DocumentVersionRecord = { version: (record.versions.at(-1)?.version ?? 0) + 1, versionName, content, format, created: context.now() };
    const changed: DocumentRecord = { ...record, versions: [...record.versions, version], displayName: displayName ?? record.displayName, targetType: targetType ?? record.targetType };
    // The console and its guides take a change of the preferences for done: what was written last is in force.
    const put = name === DEFAULT_DOCUMENT && updated === '$LATEST' ? { ...changed, defaultVersion: version.version } : changed;
    tx.put(OWN_DOCUMENTS, name, put);
    return { DocumentDescription: documentDescription(entryOf(put, version), context, 'Updating') };
  });
};

export const updateDocumentDefaultVersion: Operation = (input, context) => {
  const name = ownNameOf(input);
  const version = requiredString(input, 'DocumentVersion', { pattern: /^[1-9][0-9]*$/ });
  return context.state.transact((tx) => {
    const record = recordOf(tx, name);
    const chosen = versionOf(record, { version });
    if (chosen === undefined) throw new AwsError('InvalidDocumentVersion', `The document version ${version} does not exist for ${name}.`);
    tx.put(OWN_DOCUMENTS, name, { ...record, defaultVersion: chosen.version });
    return { Description: { Name: name, DefaultVersion: String(chosen.version), DefaultVersionName: chosen.versionName } };
  });
};

function withoutVersion(record: DocumentRecord, selection: ReturnType<typeof selectionOf>): DocumentRecord {
  const gone = versionOf(record, selection);
  if (gone === undefined) throw new AwsError('InvalidDocument', `The document version ${selection.versionName ?? selection.version ?? ''} does not exist for ${record.name}.`);
  if (gone.version === record.defaultVersion) throw new AwsError('InvalidDocumentOperation', `Version ${gone.version} is the default version of ${record.name} and cannot be deleted by itself.`);
  return { ...record, versions: record.versions.filter((one) => one !== gone) };
}

export const deleteDocument: Operation = (input, context: OperationContext) => {
  const name = ownNameOf(input);
  const selection = selectionOf(input);
  return context.state.transact((tx) => {
    const record = tx.get(OWN_DOCUMENTS, name);
    if (record === undefined) {
      findDocument(tx, name);
      throw new AwsError('InvalidDocumentOperation', `The document ${name} comes with the region and cannot be deleted.`);
    }
    if (selection.version === undefined && selection.versionName === undefined) tx.delete(OWN_DOCUMENTS, name);
    else tx.put(OWN_DOCUMENTS, name, withoutVersion(record, selection));
    return {};
  });
};
