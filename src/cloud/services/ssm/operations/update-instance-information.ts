/** ssm:UpdateInstanceInformation: the agent's report, accepted only from the instance that it speaks of. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';
import { INSTANCES, type InstanceInformationRecord } from '../records.js';

const PLATFORMS = { linux: 'Linux', windows: 'Windows', macos: 'MacOS' } as const;

export const updateInstanceInformation: Operation = (input, context) => {
  const instanceId = requiredString(input, 'InstanceId', { pattern: /^(i|mi)-[0-9a-f]{8,17}$/ });
  const agentVersion = requiredString(input, 'AgentVersion', { pattern: /^[0-9]{1,6}(\.[0-9]{1,6}){2,3}$/ });
  // Whether the agent can be reached is known by its control channel; what it says of that here is only checked.
  optionalString(input, 'AgentStatus', { oneOf: ['Active', 'Inactive', 'Stopped'] });
  optionalString(input, 'SSMConnectionChannel', { oneOf: ['ssmmessages', 'ec2messages'] });
  const platform = optionalString(input, 'PlatformType') ?? 'Linux';
  const platformType = PLATFORMS[platform.toLowerCase() as keyof typeof PLATFORMS];
  if (platformType === undefined) throw new AwsError('ValidationException', `Value '${platform}' at 'platformType' is not a platform.`);
  if (context.caller.kind !== 'role' || context.caller.instanceId !== instanceId) {
    const resource = `arn:aws:ec2:${context.region}:${context.accountId}:instance/${instanceId}`;
    throw new AwsError('AccessDeniedException', `User: ${context.caller.arn} is not authorized to perform: ssm:UpdateInstanceInformation on resource: ${resource}`);
  }
  const now = context.now();
  context.state.transact((tx) => {
    const before = tx.get(INSTANCES, instanceId);
    // The agent's first call is short: what an earlier one told stays.
    const record: InstanceInformationRecord = {
      instanceId,
      agentName: optionalString(input, 'AgentName') ?? before?.agentName ?? 'amazon-ssm-agent',
      agentVersion,
      platformType,
      platformName: optionalString(input, 'PlatformName') ?? before?.platformName,
      platformVersion: optionalString(input, 'PlatformVersion') ?? before?.platformVersion,
      computerName: optionalString(input, 'ComputerName', { max: 255 }) ?? before?.computerName,
      ipAddress: optionalString(input, 'IPAddress', { max: 46 }) ?? before?.ipAddress,
      registered: before?.registered ?? now,
      lastPing: now,
    };
    tx.put(INSTANCES, instanceId, record);
  });
  return {};
};
