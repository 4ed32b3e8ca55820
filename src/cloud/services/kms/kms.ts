/** AWS Key Management Service as encrypted sessions and SecureString parameters need it: symmetric keys, aliases, data keys. */
import type { Service } from '../../endpoint/operation.js';
import { createAlias, deleteAlias, listAliases, updateAlias } from './operations/aliases.js';
import { generateDataKey, generateDataKeyWithoutPlaintext, generateRandom } from './operations/data-keys.js';
import { decrypt, encrypt, reEncrypt } from './operations/encryption.js';
import { getKeyPolicy, getKeyRotationStatus, listKeyPolicies } from './operations/key-policy.js';
import { cancelKeyDeletion, disableKey, enableKey, scheduleKeyDeletion } from './operations/key-state.js';
import { createKey, describeKey, listKeys, updateKeyDescription } from './operations/keys.js';
import { listResourceTags, tagResource, untagResource } from './operations/tags.js';

export const kms: Service = {
  name: 'kms',
  protocol: 'json',
  version: '2014-11-01',
  targetPrefix: 'TrentService',
  operations: {
    CancelKeyDeletion: cancelKeyDeletion,
    CreateAlias: createAlias,
    CreateKey: createKey,
    Decrypt: decrypt,
    DeleteAlias: deleteAlias,
    DescribeKey: describeKey,
    DisableKey: disableKey,
    EnableKey: enableKey,
    Encrypt: encrypt,
    GenerateDataKey: generateDataKey,
    GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
    GenerateRandom: generateRandom,
    GetKeyPolicy: getKeyPolicy,
    GetKeyRotationStatus: getKeyRotationStatus,
    ListAliases: listAliases,
    ListKeyPolicies: listKeyPolicies,
    ListKeys: listKeys,
    ListResourceTags: listResourceTags,
    ReEncrypt: reEncrypt,
    ScheduleKeyDeletion: scheduleKeyDeletion,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateKeyDescription: updateKeyDescription,
  },
};
