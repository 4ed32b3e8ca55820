/** MetadataOptions of launch and of ModifyInstanceMetadataOptions (L8, L10). */
import { intOpt, oneOfOpt, str, structOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { INSTANCE as TABLE, type MetadataOptions, type Tag } from '../model.js';
import { find, INSTANCE } from '../noun.js';
import { changing } from '../operation.js';
import { metadataDefaults } from './metadata-defaults.js';

/** What an image with `imds-support=v2.0` gives: tokens required, two hops (L10). */
const IMAGE_DEFAULT: MetadataOptions = {
  httpTokens: 'required', httpPutResponseHopLimit: 2, httpEndpoint: 'enabled', httpProtocolIpv6: 'disabled', instanceMetadataTags: 'disabled',
};

const SWITCH = ['enabled', 'disabled'] as const;

/** `base` with what the structure says. */
function metadataOptionsFrom(input: Input, base: MetadataOptions): MetadataOptions {
  return {
    httpTokens: oneOfOpt(input, 'HttpTokens', ['optional', 'required']) ?? base.httpTokens,
    httpPutResponseHopLimit: intOpt(input, 'HttpPutResponseHopLimit', { min: 1, max: 64 }) ?? base.httpPutResponseHopLimit,
    httpEndpoint: oneOfOpt(input, 'HttpEndpoint', SWITCH) ?? base.httpEndpoint,
    httpProtocolIpv6: oneOfOpt(input, 'HttpProtocolIpv6', SWITCH) ?? base.httpProtocolIpv6,
    instanceMetadataTags: oneOfOpt(input, 'InstanceMetadataTags', SWITCH) ?? base.instanceMetadataTags,
  };
}

/** A key is a path's last part at the metadata service, so not every one can be shown there. */
function checkTagsInMetadata(options: MetadataOptions, tags: readonly Tag[]): void {
  if (options.instanceMetadataTags !== 'enabled') return;
  const unfit = tags.find(({ key }) => !key.startsWith('aws:') && (!/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) || ['.', '..', '_index'].includes(key)));
  if (unfit !== undefined) {
    throw new AwsError('InvalidParameterValue', `'${unfit.key}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`);
  }
}

/** What the launch says, else the account's defaults, else what the image asks for. */
export function launchMetadataOptions(input: Input, tags: readonly Tag[], state: Reader): MetadataOptions {
  const options = metadataOptionsFrom(structOpt(input, 'MetadataOptions') ?? {}, { ...IMAGE_DEFAULT, ...metadataDefaults(state) });
  checkTagsInMetadata(options, tags);
  return options;
}

export const modifyInstanceMetadataOptions = changing((input, tx) => {
  const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
  if (instance.state === 'terminated' || instance.state === 'shutting-down') throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' is not in a state from which its metadata options can be modified.`);
  const metadataOptions = metadataOptionsFrom(input, instance.metadataOptions);
  checkTagsInMetadata(metadataOptions, instance.tags);
  tx.put(TABLE, instance.instanceId, { ...instance, metadataOptions });
  return { instanceId: instance.instanceId, instanceMetadataOptions: { state: 'pending', ...metadataOptions } };
});
