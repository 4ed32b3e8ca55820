/** DescribeVolumeStatus and DescribeVolumeAttribute: volumes here never fail. */
import { oneOf, str } from '../../../endpoint/input.js';
import { describe, type FilterTable } from '../describe.js';
import type { VolumeRecord } from '../model.js';
import { find, VOLUME } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import { zoneIdOf } from '../region/zones.js';

function view(record: VolumeRecord, scope: Scope) {
  return {
    volumeId: record.volumeId,
    availabilityZone: record.availabilityZone,
    availabilityZoneId: zoneIdOf(scope.region, record.availabilityZone),
    volumeStatus: { status: 'ok', details: [{ name: 'io-enabled', status: 'passed' }, { name: 'io-performance', status: 'not-applicable' }] },
    actionsSet: [],
    eventsSet: [],
    attachmentStatuses: record.attachment === undefined ? [] : [{ instanceId: record.attachment.instanceId, ioPerformance: 'not-applicable' }],
  };
}

/** No volume has actions or events. */
const NONE = () => undefined;

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'action.code': NONE,
  'action.description': NONE,
  'action.event-id': NONE,
  'availability-zone': (volume) => volume.availabilityZone,
  'availability-zone-id': (volume) => volume.availabilityZoneId,
  'event.description': NONE,
  'event.event-id': NONE,
  'event.event-type': NONE,
  'event.not-after': NONE,
  'event.not-before': NONE,
  'operator.managed': () => false,
  'operator.principal': NONE,
  'volume-status.details-name': (volume) => volume.volumeStatus.details.map((detail) => detail.name),
  'volume-status.details-status': (volume) => volume.volumeStatus.details.map((detail) => detail.status),
  'volume-status.status': (volume) => volume.volumeStatus.status,
};

export const describeVolumeStatus = reading((input, scope) => describe(input, scope, {
  noun: VOLUME, ids: 'VolumeId', set: 'volumeStatusSet', view, filters: FILTERS, taggable: false, idsExcludeMaxResults: true,
}));

export const describeVolumeAttribute = reading((input, scope) => {
  const attribute = oneOf(input, 'Attribute', ['autoEnableIO', 'productCodes']);
  const { volumeId } = find(scope.state, VOLUME, str(input, 'VolumeId'));
  return { volumeId, ...(attribute === 'autoEnableIO' ? { autoEnableIO: { value: false } } : { productCodes: [] }) };
});
