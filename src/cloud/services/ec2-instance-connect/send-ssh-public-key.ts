/** ec2-instance-connect:SendSSHPublicKey. Errors by the API reference; the wording of InvalidArgsException is ours. */
import ssh2 from 'ssh2';
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { optionalString, requiredString } from '../../endpoint/typed-input.js';
import { instanceOf } from '../ec2/ec2.js';
import { pushKey } from './pushed-keys.js';

const OS_USER = /^[A-Za-z_][A-Za-z0-9@._-]{0,30}[A-Za-z0-9$_-]?$|^(?=.{2,32}$)[0-9]{1,32}[A-Za-z@._-][A-Za-z0-9@._-]*[A-Za-z0-9$_-]?$/;

/** One line without options: AWS takes keys, not what authorized_keys may say beside one. */
function checkedKey(text: string): string {
  const line = text.trim();
  const parsed = /[\r\n]/.test(line) || !/^(?:ssh-|ecdsa-)/.test(line) ? undefined : ssh2.utils.parseKey(line);
  if (parsed === undefined || parsed instanceof Error || (Array.isArray(parsed) ? parsed : [parsed]).some((key) => key.isPrivateKey())) {
    throw new AwsError('InvalidArgsException', 'The SSH public key is not valid: one OpenSSH public key line is expected.');
  }
  return line;
}

export const sendSshPublicKey: Operation = (input, context) => {
  const instanceId = requiredString(input, 'InstanceId', { min: 10, max: 32, pattern: /^i-[a-f0-9]+$/ });
  const osUser = requiredString(input, 'InstanceOSUser', { min: 1, max: 32, pattern: OS_USER });
  const publicKey = checkedKey(requiredString(input, 'SSHPublicKey', { min: 80, max: 4096 }));
  const zone = optionalString(input, 'AvailabilityZone', { min: 6, max: 32, pattern: /^(\w+-){2,3}\d+\w+$/ });
  return context.state.transact((tx) => {
    const instance = instanceOf(tx, instanceId);
    if (instance === undefined || instance.state === 'terminated' || (zone !== undefined && zone !== instance.availabilityZone)) {
      throw new AwsError('EC2InstanceNotFoundException', `The specified instance ${instanceId} was not found${zone === undefined ? '' : ` in ${zone}`}.`);
    }
    if (instance.state !== 'running') {
      throw new AwsError('EC2InstanceStateInvalidException', 'Unable to connect because the instance is not in a valid state. Connecting to a stopped or terminated instance is not supported. If the instance is stopped, start your instance, and try to connect again.');
    }
    pushKey(tx, instanceId, osUser, publicKey, context.now());
    return { RequestId: context.requestId, Success: true };
  });
};
