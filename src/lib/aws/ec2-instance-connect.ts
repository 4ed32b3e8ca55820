/** EC2 Instance Connect: a public key that opens an account of an instance for a minute. */
import type { ApiTarget } from './client.js';
import { jsonCall } from './json-call.js';

/** Pushes the key; for sixty seconds the account's sshd takes it. */
export async function sendSshPublicKey(target: ApiTarget, { instanceId, user, publicKey }: { readonly instanceId: string; readonly user: string; readonly publicKey: string }): Promise<void> {
  await jsonCall(target, { service: 'ec2-instance-connect', targetPrefix: 'AWSEC2InstanceConnectService', name: 'SendSSHPublicKey' }, { InstanceId: instanceId, InstanceOSUser: user, SSHPublicKey: publicKey });
}
