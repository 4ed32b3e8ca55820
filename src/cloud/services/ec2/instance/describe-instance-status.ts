/** DescribeInstanceStatus: running instances, unless all are asked for; checks initialise for a while (E4). */
import { bool } from '../../../endpoint/input.js';
import { absentFilters } from '../absent/absent-filters.js';
import { describe, type FilterTable } from '../describe.js';
import type { InstanceRecord } from '../model.js';
import { INSTANCE } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import { zoneIdOf } from '../region/zones.js';
import { stateView } from './view.js';

function checks(record: InstanceRecord, now: number) {
  if (record.state !== 'running') return { status: 'not-applicable', details: [] };
  const passed = now >= (record.runningSince ?? now) + record.statusCheckDelay;
  return { status: passed ? 'ok' : 'initializing', details: [{ name: 'reachability', status: passed ? 'passed' : 'initializing' }] };
}

function view(record: InstanceRecord, scope: Scope) {
  const status = checks(record, scope.now);
  return {
    instanceId: record.instanceId,
    availabilityZone: record.availabilityZone,
    availabilityZoneId: zoneIdOf(scope.region, record.availabilityZone),
    instanceState: stateView(record.state),
    instanceStatus: status,
    systemStatus: status,
    attachedEbsStatus: status,
  };
}

type View = ReturnType<typeof view>;

const FILTERS: FilterTable<View> = {
  'availability-zone': (instance) => instance.availabilityZone,
  'availability-zone-id': (instance) => instance.availabilityZoneId,
  'instance-state-code': (instance) => instance.instanceState.code,
  'instance-state-name': (instance) => instance.instanceState.name,
  'instance-status.reachability': (instance) => instance.instanceStatus.details.map((detail) => detail.status),
  'instance-status.status': (instance) => instance.instanceStatus.status,
  'system-status.reachability': (instance) => instance.systemStatus.details.map((detail) => detail.status),
  'system-status.status': (instance) => instance.systemStatus.status,
  'attached-ebs-status.status': (instance) => instance.attachedEbsStatus.status,
  'operator.managed': () => false,
  ...absentFilters(['operator.principal']),
};

/** Filters of scheduled events, of which an instance here never has any. */
const OF_EVENTS = absentFilters(['code', 'description', 'instance-event-id', 'not-after', 'not-before', 'not-before-deadline'].map((name) => `event.${name}`));

export const describeInstanceStatus = reading((input, scope) => {
  const all = bool(input, 'IncludeAllInstances', false);
  return describe(input, scope, {
    noun: INSTANCE,
    ids: 'InstanceId',
    set: 'instanceStatusSet',
    view,
    filters: { ...FILTERS, ...OF_EVENTS },
    keep: (instance) => all || instance.instanceState.name === 'running',
    idsExcludeMaxResults: true,
  });
});
