/** CreateVolume and DeleteVolume. A volume is a record: what it holds is not the guest's to see. */
import { boolOpt, intOpt, oneOfOpt, str, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import { images, type Image } from '../../ssm/public-parameters.js';
import { once } from '../idempotency.js';
import { snapshotOf } from '../image/describe-images.js';
import { VOLUME as TABLE } from '../model.js';
import { find, newId, VOLUME } from '../noun.js';
import { changing, DONE, invalidValue } from '../operation.js';
import { zonesOf } from '../region/zones.js';
import { tagsFor } from '../tags.js';
import { volumeView } from './describe-volumes.js';
import { keyOf, performance, VOLUME_TYPES } from './performance.js';

function zoneFor(input: Input, region: string): string {
  const [name, id] = [strOpt(input, 'AvailabilityZone') ?? '', strOpt(input, 'AvailabilityZoneId') ?? ''];
  if (name === '' && id === '') throw new AwsError('MissingParameter', 'The request must contain the parameter zone');
  if (name !== '' && id !== '') throw new AwsError('InvalidParameterCombination', 'The parameter availabilityZone cannot be used with the parameter availabilityZoneId');
  const zone = zonesOf(region).find(({ zoneName, zoneId }) => zoneName === name || zoneId === id);
  if (zone === undefined) throw new AwsError('InvalidZone.NotFound', `The zone '${name === '' ? id : name}' does not exist.`);
  return zone.zoneName;
}

/** The image whose snapshot it is made of: there are no other snapshots. */
function sourceOf(snapshotId: string, region: string): Image | undefined {
  const image = images(region).find((candidate) => snapshotOf(candidate) === snapshotId);
  if (snapshotId !== '' && image === undefined) throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`);
  return image;
}

export const createVolume = changing((input, tx, context, scope) => {
  onlyDefault(input, { MultiAttachEnabled: 'false' });
  const [volumeId = ''] = once(tx, 'CreateVolume', TABLE, input, () => {
    const availabilityZone = zoneFor(input, context.region);
    const snapshotId = strOpt(input, 'SnapshotId') ?? '';
    const source = sourceOf(snapshotId, context.region);
    const size = intOpt(input, 'Size', { min: 1, max: 65_536 }) ?? source?.volumeSize;
    if (size === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter size/snapshot');
    if (source !== undefined && size < source.volumeSize) throw invalidValue(size, 'size', `A volume of snapshot '${snapshotId}' has to have at least ${source.volumeSize} GiB.`);
    const volumeType = oneOfOpt(input, 'VolumeType', VOLUME_TYPES) ?? 'gp2';
    const encrypted = boolOpt(input, 'Encrypted') ?? false;
    const id = newId('vol');
    tx.put(TABLE, id, {
      volumeId: id,
      size,
      snapshotId,
      volumeType,
      encrypted,
      kmsKeyId: keyOf(input, encrypted, tx, context),
      ...performance(input, volumeType, size),
      availabilityZone,
      createTime: context.now(),
      tags: tagsFor(input, 'volume'),
    });
    return [id];
  });
  const { attachmentSet: _none, ...made } = volumeView(find(tx, VOLUME, volumeId), scope);
  // It has come up by the next request.
  return { ...made, status: 'creating' };
});

export const deleteVolume = changing((input, tx) => {
  const { volumeId, attachment } = find(tx, VOLUME, str(input, 'VolumeId'));
  if (attachment !== undefined) throw new AwsError('VolumeInUse', `Volume ${volumeId} is currently attached to ${attachment.instanceId}`);
  tx.delete(TABLE, volumeId);
  return DONE;
});
