/** MetadataOptions of launch and of ModifyInstanceMetadataOptions (L8, L10). */
import { intOpt, oneOfOpt, str } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { INSTANCE as TABLE, type MetadataOptions } from '../model.js';
import { find, INSTANCE } from '../noun.js';
import { changing } from '../operation.js';

/** What an image with `imds-support=v2.0` gives: tokens required, two hops (L10). */
export const IMAGE_DEFAULT: MetadataOptions = {
  httpTokens: 'required', httpPutResponseHopLimit: 2, httpEndpoint: 'enabled', httpProtocolIpv6: 'disabled', instanceMetadataTags: 'disabled',
};

const SWITCH = ['enabled', 'disabled'] as const;

/** `base` with what the structure says. */
export function metadataOptionsFrom(input: Input, base: MetadataOptions): MetadataOptions {
  return {
    httpTokens: oneOfOpt(input, 'HttpTokens', ['optional', 'required']) ?? base.httpTokens,
    httpPutResponseHopLimit: intOpt(input, 'HttpPutResponseHopLimit', { min: 1, max: 64 }) ?? base.httpPutResponseHopLimit,
    httpEndpoint: oneOfOpt(input, 'HttpEndpoint', SWITCH) ?? base.httpEndpoint,
    httpProtocolIpv6: oneOfOpt(input, 'HttpProtocolIpv6', SWITCH) ?? base.httpProtocolIpv6,
    instanceMetadataTags: oneOfOpt(input, 'InstanceMetadataTags', SWITCH) ?? base.instanceMetadataTags,
  };
}

export const modifyInstanceMetadataOptions = changing((input, tx) => {
  const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
  if (instance.state === 'terminated' || instance.state === 'shutting-down') throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' is not in a state from which its metadata options can be modified.`);
  const metadataOptions = metadataOptionsFrom(input, instance.metadataOptions);
  tx.put(TABLE, instance.instanceId, { ...instance, metadataOptions });
  return { instanceId: instance.instanceId, instanceMetadataOptions: { state: 'pending', ...metadataOptions } };
});
