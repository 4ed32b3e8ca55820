/** ssm:LabelParameterVersion and ssm:UnlabelParameterVersion. */
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { optionalInteger, requiredString, strings } from '../../../endpoint/typed-input.js';
import { InputError } from '../../../endpoint/input.js';
import type { Transaction } from '../../../state/store.js';
import { versionsOf } from '../parameter-store.js';
import { PARAMETERS, PAST_PARAMETERS, pastVersionId, type ParameterRecord } from '../records.js';

const LABELS_OF_A_VERSION = 10;

/** Letters, digits, `.-_`; not beginning with a digit, `aws` or `ssm`. */
function isLabel(label: string): boolean {
  return label.length <= 100 && /^[a-zA-Z0-9_.-]+$/.test(label) && !/^(\d|aws|ssm)/i.test(label);
}

function chosen(tx: Transaction, input: Input, version: number | undefined): { readonly versions: ParameterRecord[]; readonly record: ParameterRecord } {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 }).trim();
  const versions = versionsOf(tx, name);
  const latest = versions.at(-1);
  if (latest === undefined) throw new AwsError('ParameterNotFound', '');
  const record = version === undefined ? latest : versions.find((candidate) => candidate.version === version);
  if (record === undefined) throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`);
  return { versions, record };
}

function relabel(tx: Transaction, record: ParameterRecord, labels: readonly string[]): void {
  const relabelled = { ...record, labels };
  if (tx.get(PARAMETERS, record.name)?.version === record.version) tx.put(PARAMETERS, record.name, relabelled);
  else tx.put(PAST_PARAMETERS, pastVersionId(record.name, record.version), relabelled);
}

/** A label that another version has moves to this one. Unfit labels are told, not refused. */
export const labelParameterVersion: Operation = (input, context) => context.state.transact((tx) => {
  const { versions, record } = chosen(tx, input, optionalInteger(input, 'ParameterVersion'));
  const labels = [...new Set(strings(input, 'Labels', { min: 1, max: 10 }))];
  const fit = labels.filter(isLabel);
  const together = [...new Set([...(record.labels ?? []), ...fit])];
  if (together.length > LABELS_OF_A_VERSION) throw new AwsError('ParameterVersionLabelLimitExceeded', `An error occurred (ParameterVersionLabelLimitExceeded): A parameter version can have maximum ${LABELS_OF_A_VERSION} labels.`);
  for (const other of versions) {
    if (other.version !== record.version && other.labels?.some((label) => fit.includes(label)) === true) relabel(tx, other, other.labels.filter((label) => !fit.includes(label)));
  }
  relabel(tx, record, together);
  return { InvalidLabels: labels.filter((label) => !isLabel(label)), ParameterVersion: record.version };
});

export const unlabelParameterVersion: Operation = (input, context) => context.state.transact((tx) => {
  const version = optionalInteger(input, 'ParameterVersion');
  if (version === undefined) throw new InputError('ParameterVersion', undefined, { kind: 'missing' });
  const { record } = chosen(tx, input, version);
  const labels = [...new Set(strings(input, 'Labels', { min: 1, max: 10 }))];
  const had = record.labels ?? [];
  relabel(tx, record, had.filter((label) => !labels.includes(label)));
  return { RemovedLabels: labels.filter((label) => had.includes(label)), InvalidLabels: labels.filter((label) => !had.includes(label)) };
});
