/** AWS::S3::Bucket. One that holds objects is not removed, as on AWS. */
import type { Structure } from '../../template/value.js';
import { renamed } from '../live.js';
import { ownTags, replyList, replyText, textProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';

const UNSUPPORTED = [
  'AbacStatus', 'AccelerateConfiguration', 'AccessControl', 'AnalyticsConfigurations', 'BucketEncryption', 'BucketNamePrefix', 'BucketNamespace', 'CorsConfiguration', 'IntelligentTieringConfigurations',
  'InventoryConfigurations', 'LifecycleConfiguration', 'LoggingConfiguration', 'MetadataConfiguration', 'MetadataTableConfiguration', 'MetricsConfigurations', 'NotificationConfiguration',
  'ObjectLockConfiguration', 'ObjectLockEnabled', 'OwnershipControls', 'ReplicationConfiguration', 'VersioningConfiguration', 'WebsiteConfiguration',
] as const;

function setTags(Bucket: string, properties: Structure, scope: ResourceScope): void {
  const tags = scope.tags(properties);
  if (tags.length > 0) scope.call('s3', 'PutBucketTagging', { Bucket, Tagging: { TagSet: { Tag: tags } } });
  else scope.call('s3', 'DeleteBucketTagging', { Bucket });
}

/** What every new bucket has; a bucket whose template takes its block away goes back to it. */
const BLOCKED = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };

function setBlock(Bucket: string, properties: Structure, scope: ResourceScope): void {
  scope.call('s3', 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration: properties['PublicAccessBlockConfiguration'] ?? BLOCKED });
}

export const bucket: ResourceType = {
  type: 'AWS::S3::Bucket',
  properties: { BucketName: 'replacement', PublicAccessBlockConfiguration: 'in-place', Tags: 'in-place', ...Object.fromEntries(UNSUPPORTED.map((name) => [name, 'unsupported' as const])) },
  attributes: ['Arn', 'DomainName', 'DualStackDomainName', 'RegionalDomainName'],
  identifiers: ['BucketName'],
  create(properties, scope) {
    const name = properties['BucketName'] === undefined ? scope.uniqueName(63).toLowerCase() : textProperty(properties, 'BucketName');
    // us-east-1 is the one region that is not named.
    scope.call('s3', 'CreateBucket', { Bucket: name, ...(scope.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: scope.region } }) });
    if (properties['PublicAccessBlockConfiguration'] !== undefined) setBlock(name, properties, scope);
    setTags(name, properties, scope);
    return name;
  },
  attributesOf: (name, { region }) => ({
    Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com`, DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`, RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
  }),
  update(name, properties, _previous, scope) {
    setBlock(name, properties, scope);
    setTags(name, properties, scope);
  },
  live(name, scope, properties) {
    scope.call('s3', 'HeadBucket', { Bucket: name });
    const own = new Set(ownTags(properties).map(({ Key }) => Key));
    const ofStack = new Set(scope.tags(properties).filter(({ Key }) => !own.has(Key)).map(({ Key }) => Key));
    const tags = unlessMissing(() => replyList(scope.call('s3', 'GetBucketTagging', { Bucket: name }), 'TagSet.Tag')) ?? [];
    const block = unlessMissing(() => scope.call('s3', 'GetPublicAccessBlock', { Bucket: name })) ?? {};
    return {
      BucketName: name,
      PublicAccessBlockConfiguration: renamed(block, Object.fromEntries(Object.keys(BLOCKED).map((key) => [key, key]))),
      Tags: tags.filter((tag) => !ofStack.has(replyText(tag, 'Key'))).map((tag) => renamed(tag, { Key: 'Key', Value: 'Value' })),
    };
  },
  adopt(name, scope) {
    const present = unlessMissing(() => replyList(scope.call('s3', 'GetBucketTagging', { Bucket: name }), 'TagSet.Tag')) ?? [];
    const tags = scope.tags({ Tags: present.map((tag) => renamed(tag, { Key: 'Key', Value: 'Value' })) });
    if (tags.length > 0) scope.call('s3', 'PutBucketTagging', { Bucket: name, Tagging: { TagSet: { Tag: tags } } });
  },
  delete(name, scope) {
    unlessMissing(() => scope.call('s3', 'DeleteBucket', { Bucket: name }));
  },
};
