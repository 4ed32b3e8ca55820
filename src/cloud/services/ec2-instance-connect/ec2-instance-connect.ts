/** EC2 Instance Connect: a public key that opens an account of an instance for one minute. */
import type { Service } from '../../endpoint/operation.js';
import { sendSshPublicKey } from './send-ssh-public-key.js';

export { pushedKeys } from './pushed-keys.js';

export const ec2InstanceConnect: Service = {
  name: 'ec2-instance-connect',
  protocol: 'json',
  version: '2018-04-02',
  targetPrefix: 'AWSEC2InstanceConnectService',
  operations: {
    SendSSHPublicKey: sendSshPublicKey,
  },
};
