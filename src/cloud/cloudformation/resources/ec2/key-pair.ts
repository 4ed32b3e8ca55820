/** AWS::EC2::KeyPair: imported, or made, in which case the private half goes to the parameter /ec2/keypair/ID (`aws-facts.md` §7). */
import { liveTags, renamed } from '../live.js';
import { textOf } from '../../template/value.js';
import { given, replyItem, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { tagAsStack } from './tagging.js';

function privateKeyParameter(keyPairId: string): string {
  return `/ec2/keypair/${keyPairId}`;
}

export const keyPair: ResourceType = {
  type: 'AWS::EC2::KeyPair',
  properties: { KeyFormat: 'replacement', KeyName: 'replacement', KeyType: 'replacement', PublicKeyMaterial: 'replacement', Tags: 'replacement' },
  required: ['KeyName'],
  attributes: ['KeyFingerprint', 'KeyPairId'],
  identifiers: ['KeyName'],
  create(properties, scope) {
    const TagSpecification = scope.tagSpecification('key-pair', properties);
    const material = properties['PublicKeyMaterial'];
    if (material !== undefined) {
      const PublicKeyMaterial = Buffer.from(textOf(material)).toString('base64');
      return replyText(scope.call('ec2', 'ImportKeyPair', { ...given(properties, ['KeyName']), PublicKeyMaterial, TagSpecification }), 'keyName');
    }
    const made = scope.call('ec2', 'CreateKeyPair', { ...given(properties, ['KeyName', 'KeyType', 'KeyFormat']), TagSpecification });
    scope.call('ssm', 'PutParameter', { Name: privateKeyParameter(replyText(made, 'keyPairId')), Type: 'SecureString', Value: replyText(made, 'keyMaterial'), Tags: scope.tags(properties) });
    return replyText(made, 'keyName');
  },
  attributesOf(keyName, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeKeyPairs', { KeyName: [keyName] }), 'keySet');
    return { KeyPairId: replyText(found, 'keyPairId'), KeyFingerprint: replyText(found, 'keyFingerprint') };
  },
  unread: ['KeyFormat', 'PublicKeyMaterial'],
  live(keyName, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeKeyPairs', { KeyName: [keyName] }), 'keySet');
    return { ...renamed(found, { KeyName: 'keyName', KeyType: 'keyType' }), ...liveTags(found, scope, properties) };
  },
  adopt(keyName, scope) {
    tagAsStack(replyText(replyItem(scope.call('ec2', 'DescribeKeyPairs', { KeyName: [keyName] }), 'keySet'), 'keyPairId'), scope);
  },
  delete(keyName, scope, properties) {
    unlessMissing(() => {
      const found = replyItem(scope.call('ec2', 'DescribeKeyPairs', { KeyName: [keyName] }), 'keySet');
      scope.call('ec2', 'DeleteKeyPair', { KeyName: keyName });
      if (properties['PublicKeyMaterial'] === undefined) scope.call('ssm', 'DeleteParameter', { Name: privateKeyParameter(replyText(found, 'keyPairId')) });
    });
  },
};
