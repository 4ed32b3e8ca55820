/** OpenID Connect providers: whose web identity tokens the account believes, of which audiences (IAM API reference). */
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../../endpoint/operation.js';
import { has, InputError, list, str } from '../../../endpoint/input.js';
import type { Reader } from '../../../state/store.js';
import { alreadyExists, limitExceeded, mergeTags, newTags, noSuchEntity, requiredTags, shownTags, shownTime, tagsLeft } from '../entities.js';
import { listReply } from '../pages.js';
import { oidcProviders, type OidcProviderRecord, type TagRecord } from '../records.js';

/** "IAM and STS quotas": client ids and thumbprints of one provider. */
const LIMIT = { clientIds: 100, thumbprints: 5, providers: 700 } as const;

/** Without `https://`. A port is taken for the issuers of this machine, which are the only ones that can be asked here. */
function urlOf(input: Input): string {
  const text = str(input, 'Url', { min: 1, max: 255 });
  const invalid = new AwsError('ValidationError', 'Invalid Open ID Connect Provider URL');
  if (!URL.canParse(text)) throw invalid;
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') throw invalid;
  return `${url.host}${url.pathname}`.replace(/\/$/, '');
}

function thumbprintsOf(input: Input): string[] {
  const found = list(input, 'ThumbprintList');
  if (found.length > LIMIT.thumbprints) throw limitExceeded(`Cannot exceed quota for ThumbprintsPerOpenIdConnectProvider: ${LIMIT.thumbprints}`);
  for (const thumbprint of found) {
    if (thumbprint.length !== 40) throw new InputError('ThumbprintList', found, { kind: 'constraint', constraint: 'Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]' });
    if (!/^[0-9a-f]{40}$/i.test(thumbprint)) throw new AwsError('InvalidInput', 'Thumbprint list contains an invalid thumbprint.');
  }
  return found.map((thumbprint) => thumbprint.toLowerCase());
}

function clientId(text: string): string {
  if (text.length < 1 || text.length > 255) throw new InputError('ClientID', text, { kind: 'constraint', constraint: 'Member must have length between 1 and 255' });
  return text;
}

function withClients(provider: OidcProviderRecord, clientIds: readonly string[]): OidcProviderRecord {
  if (clientIds.length > LIMIT.clientIds) throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${LIMIT.clientIds}`);
  return { ...provider, clientIds };
}

function requireProvider(reader: Reader, arn: string): OidcProviderRecord {
  const found = reader.get(oidcProviders, arn);
  if (found === undefined) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return found;
}

const arnOf = (input: Input): string => str(input, 'OpenIDConnectProviderArn', { min: 20, max: 2048 });

/** An operation that changes one provider. */
const changing = (change: (provider: OidcProviderRecord, input: Input) => OidcProviderRecord): Operation => (input, { globalState }: OperationContext): Output => {
  const arn = arnOf(input);
  globalState.transact((tx) => tx.put(oidcProviders, arn, change(requireProvider(tx, arn), input)));
  return {};
};

export const createOidcProvider: Operation = (input, context) => {
  const url = urlOf(input);
  const arn = `arn:aws:iam::${context.accountId}:oidc-provider/${url}`;
  const thumbprints = thumbprintsOf(input);
  const tags = newTags(input);
  const made = withClients({ arn, url, clientIds: [], thumbprints, createdAt: context.now(), tags }, [...new Set(list(input, 'ClientIDList').map(clientId))]);
  context.globalState.transact((tx) => {
    if (tx.get(oidcProviders, arn) !== undefined) throw alreadyExists(`Provider with url https://${url} already exists.`);
    if (tx.list(oidcProviders).length >= LIMIT.providers) throw limitExceeded(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${LIMIT.providers}`);
    tx.put(oidcProviders, arn, made);
  });
  return { OpenIDConnectProviderArn: arn, Tags: tags.length > 0 ? shownTags(tags) : undefined };
};

export const getOidcProvider: Operation = (input, { globalState }) => {
  const { url, clientIds, thumbprints, createdAt, tags } = requireProvider(globalState, arnOf(input));
  return { Url: url, ClientIDList: clientIds, ThumbprintList: thumbprints, CreateDate: shownTime(createdAt), Tags: tags.length > 0 ? shownTags(tags) : undefined };
};

export const listOidcProviders: Operation = (_input, { globalState }) => ({ OpenIDConnectProviderList: globalState.list(oidcProviders).map(({ arn }) => ({ Arn: arn })).toSorted((a, b) => (a.Arn < b.Arn ? -1 : 1)) });

export const deleteOidcProvider: Operation = (input, { globalState }) => {
  const arn = arnOf(input);
  globalState.transact((tx) => {
    requireProvider(tx, arn);
    tx.delete(oidcProviders, arn);
  });
  return {};
};

export const addClientId = changing((provider, input) => withClients(provider, [...new Set([...provider.clientIds, clientId(str(input, 'ClientID'))])]));

export const removeClientId = changing((provider, input) => {
  const gone = clientId(str(input, 'ClientID'));
  return { ...provider, clientIds: provider.clientIds.filter((each) => each !== gone) };
});

export const updateThumbprint = changing((provider, input) => {
  if (!has(input, 'ThumbprintList')) throw new InputError('ThumbprintList', undefined, { kind: 'missing' });
  return { ...provider, thumbprints: thumbprintsOf(input) };
});

const retagged = (tagsOf: (old: readonly TagRecord[], input: Input) => readonly TagRecord[]): Operation => changing((provider, input) => ({ ...provider, tags: tagsOf(provider.tags, input) }));

export const tagOidcProvider = retagged((old, input) => mergeTags(old, requiredTags(input)));

export const untagOidcProvider = retagged((old, input) => tagsLeft(input)(old));

export const listOidcProviderTags: Operation = (input, { globalState }) =>
  listReply('Tags', requireProvider(globalState, arnOf(input)).tags, input, (tag) => tag.key, (tag) => ({ Key: tag.key, Value: tag.value }));
