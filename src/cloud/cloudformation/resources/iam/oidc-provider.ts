/** AWS::IAM::OIDCProvider: an issuer whose web identity tokens the account believes; its id is its ARN. */
import type { Output } from '../../../endpoint/operation.js';
import { sameValue } from '../../template/value.js';
import { liveTags } from '../live.js';
import { replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { textList } from './policies.js';

const named = (OpenIDConnectProviderArn: string) => ({ OpenIDConnectProviderArn });

const tagsOf = (arn: string, scope: ResourceScope) => replyList(scope.call('iam', 'ListOpenIDConnectProviderTags', named(arn)), 'Tags');

const texts = (found: Output, name: string): string[] => (Array.isArray(found[name]) ? found[name].map(String) : []);

export const oidcProvider: ResourceType = {
  type: 'AWS::IAM::OIDCProvider',
  properties: { ClientIdList: 'in-place', Tags: 'in-place', ThumbprintList: 'in-place', Url: 'replacement' },
  attributes: ['Arn'],
  identifiers: ['Arn'],
  create(properties, scope) {
    const made = scope.call('iam', 'CreateOpenIDConnectProvider', { Url: properties['Url'], ClientIDList: textList(properties['ClientIdList']), ThumbprintList: textList(properties['ThumbprintList']), Tags: scope.tags(properties) });
    return replyText(made, 'OpenIDConnectProviderArn');
  },
  attributesOf: (arn) => ({ Arn: arn }),
  update(arn, properties, previous, scope) {
    const [old, now] = [textList(previous['ClientIdList']), textList(properties['ClientIdList'])];
    for (const ClientID of now.filter((id) => !old.includes(id))) scope.call('iam', 'AddClientIDToOpenIDConnectProvider', { ...named(arn), ClientID });
    for (const ClientID of old.filter((id) => !now.includes(id))) scope.call('iam', 'RemoveClientIDFromOpenIDConnectProvider', { ...named(arn), ClientID });
    if (!sameValue(properties['ThumbprintList'], previous['ThumbprintList'])) scope.call('iam', 'UpdateOpenIDConnectProviderThumbprint', { ...named(arn), ThumbprintList: textList(properties['ThumbprintList']) });
    const wanted = scope.tags(properties);
    const stale = tagsOf(arn, scope).map((tag) => replyText(tag, 'Key')).filter((key) => !wanted.some((tag) => tag.Key === key));
    if (stale.length > 0) scope.call('iam', 'UntagOpenIDConnectProvider', { ...named(arn), TagKeys: stale });
    if (wanted.length > 0) scope.call('iam', 'TagOpenIDConnectProvider', { ...named(arn), Tags: wanted });
  },
  live(arn, scope, properties) {
    const found = scope.call('iam', 'GetOpenIDConnectProvider', named(arn));
    return {
      Url: `https://${replyText(found, 'Url')}`,
      ClientIdList: texts(found, 'ClientIDList'),
      ThumbprintList: texts(found, 'ThumbprintList'),
      ...liveTags({ tagSet: tagsOf(arn, scope).map((tag) => ({ key: tag['Key'], value: tag['Value'] })) }, scope, properties),
    };
  },
  adopt(arn, scope) {
    const Tags = scope.tags({});
    if (Tags.length > 0) scope.call('iam', 'TagOpenIDConnectProvider', { ...named(arn), Tags });
  },
  delete(arn, scope) {
    unlessMissing(() => {
      scope.call('iam', 'DeleteOpenIDConnectProvider', named(arn));
    });
  },
};
