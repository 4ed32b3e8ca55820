/** DescribeKeyPairs and DeleteKeyPair. */
import { bool, list, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { filtered, type FilterTable } from '../describe.js';
import { KEY_PAIR, type KeyPairRecord } from '../model.js';
import { changing, reading } from '../operation.js';

function view(record: KeyPairRecord, withPublicKey: boolean) {
  return {
    keyPairId: record.keyPairId,
    keyName: record.keyName,
    keyType: record.keyType,
    keyFingerprint: record.keyFingerprint,
    publicKey: withPublicKey ? record.publicKey : undefined,
    createTime: new Date(record.createTime),
    tagSet: record.tags,
  };
}

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'fingerprint': (pair) => pair.keyFingerprint,
  'key-name': (pair) => pair.keyName,
  'key-pair-id': (pair) => pair.keyPairId,
};

export const describeKeyPairs = reading((input, scope) => {
  const names = list(input, 'KeyName');
  const ids = list(input, 'KeyPairId');
  const all = scope.state.list(KEY_PAIR);
  const unknownName = names.find((name) => !all.some((pair) => pair.keyName === name));
  if (unknownName !== undefined) throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${unknownName}' does not exist`);
  const unknownId = ids.find((id) => !all.some((pair) => pair.keyPairId === id));
  if (unknownId !== undefined) throw new AwsError('InvalidKeyPair.NotFound', `The key pair with id '${unknownId}' does not exist`);
  const chosen = all.filter((pair) => (names.length === 0 && ids.length === 0) || names.includes(pair.keyName) || ids.includes(pair.keyPairId));
  const withPublicKey = bool(input, 'IncludePublicKey', false);
  return { keySet: filtered(chosen.map((pair) => view(pair, withPublicKey)), input, FILTERS) };
});

/** Deleting a key pair that is not there is a success, as on AWS; running instances keep their key. */
export const deleteKeyPair = changing((input, tx) => {
  const keyName = strOpt(input, 'KeyName');
  const keyPairId = strOpt(input, 'KeyPairId');
  if (keyName === undefined && keyPairId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter KeyName or KeyPairId');
  const record = tx.list(KEY_PAIR).find((pair) => (keyPairId === undefined ? pair.keyName === keyName : pair.keyPairId === keyPairId));
  if (record !== undefined) tx.delete(KEY_PAIR, record.keyPairId);
  return { return: true, keyPairId: record?.keyPairId };
});
