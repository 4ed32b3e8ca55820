/** ModifyVolume and DescribeVolumesModifications. A change is through at once: its reply says `modifying`, what is asked after it `completed`. */
import { intOpt, list, oneOfOpt, str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { VOLUME as TABLE, type VolumeRecord } from '../model.js';
import { find, findAll, VOLUME } from '../noun.js';
import { changing, invalidValue, reading } from '../operation.js';
import { performance, VOLUME_TYPES } from './performance.js';

type Modified = VolumeRecord & { readonly modification: NonNullable<VolumeRecord['modification']> };

function view({ volumeId, modification }: Modified, modificationState: 'modifying' | 'completed') {
  const { startTime, original, target } = modification;
  const end = modificationState === 'completed' ? { progress: 100, endTime: new Date(startTime) } : { progress: 0, endTime: undefined };
  return {
    volumeId,
    modificationState,
    targetSize: target.size,
    targetIops: target.iops,
    targetVolumeType: target.volumeType,
    targetThroughput: target.throughput,
    targetMultiAttachEnabled: false,
    originalSize: original.size,
    originalIops: original.iops,
    originalVolumeType: original.volumeType,
    originalThroughput: original.throughput,
    originalMultiAttachEnabled: false,
    startTime: new Date(startTime),
    ...end,
  };
}

const shape = ({ size, volumeType, iops, throughput }: VolumeRecord) => ({ size, volumeType, iops, throughput });

export const modifyVolume = changing((input, tx, context) => {
  onlyDefault(input, { MultiAttachEnabled: 'false' });
  const record = find(tx, VOLUME, str(input, 'VolumeId'));
  const volumeType = oneOfOpt(input, 'VolumeType', VOLUME_TYPES) ?? record.volumeType;
  const size = intOpt(input, 'Size', { min: 1, max: 65_536 }) ?? record.size;
  if (size < record.size) throw invalidValue(size, 'size', 'New size cannot be smaller than existing size');
  // What is not told stays, within one type; the throughput and operations of gp2 follow from its size.
  const stays = volumeType === record.volumeType && volumeType !== 'gp2' ? record : undefined;
  const [Iops, Throughput] = [intOpt(input, 'Iops') ?? stays?.iops, intOpt(input, 'Throughput') ?? stays?.throughput];
  const wanted = performance({ ...(Iops === undefined ? {} : { Iops }), ...(Throughput === undefined ? {} : { Throughput }) }, volumeType, size);
  const changed = { ...record, size, volumeType, iops: wanted.iops, throughput: wanted.throughput };
  const modified: Modified = { ...changed, modification: { startTime: context.now(), original: shape(record), target: shape(changed) } };
  tx.put(TABLE, record.volumeId, modified);
  return { volumeModification: view(modified, 'modifying') };
});

const isModified = (record: VolumeRecord): record is Modified => record.modification !== undefined;

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'modification-state': (found) => found.modificationState,
  'original-iops': (found) => found.originalIops,
  'original-size': (found) => found.originalSize,
  'original-volume-type': (found) => found.originalVolumeType,
  'originalMultiAttachEnabled': (found) => found.originalMultiAttachEnabled,
  'start-time': (found) => found.startTime.toISOString(),
  'target-iops': (found) => found.targetIops,
  'target-size': (found) => found.targetSize,
  'target-volume-type': (found) => found.targetVolumeType,
  'targetMultiAttachEnabled': (found) => found.targetMultiAttachEnabled,
  'volume-id': (found) => found.volumeId,
};

export const describeVolumesModifications = reading((input, scope) => {
  const asked = findAll(scope.state, VOLUME, list(input, 'VolumeId'));
  const still = asked.find((record) => !isModified(record));
  if (still !== undefined) throw new AwsError('InvalidVolumeModification.NotFound', `Modification for volume '${still.volumeId}' does not exist.`);
  const records = asked.length > 0 ? asked : scope.state.list(TABLE);
  return paged(filtered(records.filter(isModified).map((record) => view(record, 'completed')), input, FILTERS, false), input, 'volumeModificationSet', ({ volumeId }) => volumeId);
});
