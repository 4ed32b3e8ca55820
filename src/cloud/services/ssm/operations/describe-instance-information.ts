/** ssm:DescribeInstanceInformation. */
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { pingStatus } from '../instances.js';
import { requiredString, strings, structures } from '../../../endpoint/typed-input.js';
import { page } from '../../../endpoint/page.js';
import { INSTANCES, type InstanceInformationRecord } from '../records.js';

const RESOURCE_TYPE = 'EC2Instance';
const SOURCE_TYPE = 'AWS::EC2::Instance';
/** Keys of the older list; the newer one takes these and tags and sources. */
const LEGACY_KEYS = ['InstanceIds', 'AgentVersion', 'PingStatus', 'PlatformTypes', 'ActivationIds', 'IamRole', 'ResourceType', 'AssociationStatus'];

type Test = (record: InstanceInformationRecord) => boolean;

/** What a record's value for a filter key is; none for what EC2 instances do not have (activation, association, role). */
function valueOf(key: string, record: InstanceInformationRecord, context: OperationContext): string | undefined {
  switch (key) {
    case 'InstanceIds':
    case 'SourceIds':
      return record.instanceId;
    case 'AgentVersion':
      return record.agentVersion;
    case 'PingStatus':
      return pingStatus(record, context);
    case 'PlatformTypes':
      return record.platformType;
    case 'ResourceType':
      return RESOURCE_TYPE;
    case 'SourceTypes':
      return SOURCE_TYPE;
    default:
      return undefined;
  }
}

function plainTest(key: string, values: readonly string[], context: OperationContext): Test {
  if (key === 'InstanceIds') {
    const wrong = values.find((value) => !/^(i|mi)-[0-9a-f]{8}([0-9a-f]{9})?$/.test(value));
    if (wrong !== undefined) throw new AwsError('InvalidInstanceId', `The instance ID '${wrong}' is not valid.`);
  }
  if (key === 'PingStatus') {
    const wrong = values.find((value) => !['Online', 'ConnectionLost', 'Connection Lost', 'Inactive'].includes(value));
    if (wrong !== undefined) throw new AwsError('InvalidInstanceInformationFilterValue', `The filter value '${wrong}' is not valid for PingStatus.`);
  }
  // The console writes the state with a space.
  const wanted = values.map((value) => (value === 'Connection Lost' ? 'ConnectionLost' : value));
  return (record) => {
    const value = valueOf(key, record, context);
    return value !== undefined && wanted.includes(value);
  };
}

/** Tags are EC2's: asked the way a client would. */
async function tagTest(name: string, values: readonly string[], context: OperationContext): Promise<Test> {
  const output = await context.call('ec2', 'DescribeInstances', { Filter: [{ Name: name, Value: values }] });
  const reservations = (output['reservationSet'] ?? []) as readonly { instancesSet?: readonly { instanceId?: string }[] }[];
  const ids = new Set(reservations.flatMap((reservation) => (reservation.instancesSet ?? []).map((instance) => instance.instanceId)));
  return (record) => ids.has(record.instanceId);
}

async function testsOf(input: Input, context: OperationContext): Promise<readonly Test[]> {
  const legacy = structures(input, 'InstanceInformationFilterList').map((filter) => ({
    key: requiredString(filter, 'key', { oneOf: LEGACY_KEYS }),
    values: strings(filter, 'valueSet', { min: 1, max: 100 }),
  }));
  const newer = structures(input, 'Filters').map((filter) => ({
    key: requiredString(filter, 'Key', { min: 1 }),
    values: strings(filter, 'Values', { min: 1, max: 100 }),
  }));
  if (legacy.length > 0 && newer.length > 0) {
    throw new AwsError('ValidationException', 'Filters and InstanceInformationFilterList cannot be used together.');
  }
  return Promise.all([...legacy, ...newer].map(async ({ key, values }) => {
    if (key === 'tag-key' || key.startsWith('tag:')) return tagTest(key, values, context);
    if (!LEGACY_KEYS.includes(key) && key !== 'SourceIds' && key !== 'SourceTypes') {
      throw new AwsError('InvalidFilterKey', `The filter key '${key}' is not valid.`);
    }
    return plainTest(key, values, context);
  }));
}

export const describeInstanceInformation: Operation = async (input, context) => {
  const tests = await testsOf(input, context);
  const all = context.state.list(INSTANCES).filter((record) => tests.every((test) => test(record)));
  const { items, nextToken } = page(all, input, { typed: true, default: 10, minimum: 5, maximum: 50, key: (record) => record.instanceId });
  return {
    InstanceInformationList: items.map((record) => ({
      InstanceId: record.instanceId,
      PingStatus: pingStatus(record, context),
      LastPingDateTime: new Date(record.lastPing),
      AgentVersion: record.agentVersion,
      IsLatestVersion: true,
      PlatformType: record.platformType,
      PlatformName: record.platformName,
      PlatformVersion: record.platformVersion,
      ResourceType: RESOURCE_TYPE,
      IPAddress: record.ipAddress,
      ComputerName: record.computerName,
      SourceId: record.instanceId,
      SourceType: SOURCE_TYPE,
    })),
    NextToken: nextToken,
  };
};
