import { describe, expect, it } from 'vitest';
import type { Input, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { ec2InstanceConnect, pushedKeys } from '../../../../../src/cloud/services/ec2-instance-connect/ec2-instance-connect.js';
import { type Lab, makeLab, PUBLIC_KEY } from '../ec2/harness.js';

function push(lab: Lab, input: Input = {}): Output {
  const operation = ec2InstanceConnect.operations['SendSSHPublicKey'];
  if (operation === undefined) throw new Error('no SendSSHPublicKey');
  try {
    return operation({ InstanceId: lab.instances[2], InstanceOSUser: 'ec2-user', SSHPublicKey: `${PUBLIC_KEY}\n`, ...input }, lab.region.context) as Output;
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

const opening = (lab: Lab, account = 'ec2-user', index = 2) => pushedKeys(lab.region.state, lab.instances[index] ?? '', account, lab.region.now);

describe('SendSSHPublicKey', () => {
  it('opens one account of one instance for a minute', () => {
    const lab = makeLab();
    expect(push(lab)).toEqual({ RequestId: 'r', Success: true });
    expect(opening(lab)).toEqual([PUBLIC_KEY]);
    expect([opening(lab, 'ssm-user'), opening(lab, 'ec2-user', 1)]).toEqual([[], []]);
    lab.region.now += 59_999;
    expect(opening(lab)).toEqual([PUBLIC_KEY]);
    lab.region.now += 1;
    expect(opening(lab)).toEqual([]);
  });

  it('keeps the keys of several users side by side and forgets those that ran out', () => {
    const lab = makeLab();
    push(lab);
    lab.region.now += 30_000;
    push(lab, { InstanceOSUser: 'ssm-user' });
    expect([opening(lab), opening(lab, 'ssm-user')]).toEqual([[PUBLIC_KEY], [PUBLIC_KEY]]);
    lab.region.now += 40_000;
    push(lab, { InstanceOSUser: 'admin' });
    expect([opening(lab), opening(lab, 'ssm-user'), opening(lab, 'admin')]).toEqual([[], [PUBLIC_KEY], [PUBLIC_KEY]]);
  });

  it('says which instance is not there, also by its zone, and which does not run', () => {
    const lab = makeLab();
    expect(() => push(lab, { InstanceId: 'i-00000000000000000' })).toThrow(expect.objectContaining({ code: 'EC2InstanceNotFoundException' }));
    expect(push(lab, { AvailabilityZone: 'ap-northeast-1a' })).toMatchObject({ Success: true });
    expect(() => push(lab, { AvailabilityZone: 'ap-northeast-1c' })).toThrow(expect.objectContaining({ code: 'EC2InstanceNotFoundException' }));
    lab.region.call('StopInstances', { InstanceId: [lab.instances[2]] });
    expect(() => push(lab)).toThrow(expect.objectContaining({ code: 'EC2InstanceStateInvalidException' }));
    lab.region.pass(120_000);
    expect(() => push(lab)).toThrow(expect.objectContaining({ code: 'EC2InstanceStateInvalidException' }));
  });

  it.each([
    ['no key', 'x'.repeat(100)],
    ['options before the key', `command="reboot" ${PUBLIC_KEY}`],
    ['two lines', `${PUBLIC_KEY}\n${PUBLIC_KEY}`],
    ['a private key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${'A'.repeat(200)}\n-----END OPENSSH PRIVATE KEY-----`],
  ])('refuses %s', (_what, SSHPublicKey) => {
    const lab = makeLab();
    expect(() => push(lab, { SSHPublicKey })).toThrow(expect.objectContaining({ code: 'InvalidArgsException' }));
    expect(opening(lab)).toEqual([]);
  });

  it.each([[{ SSHPublicKey: 'ssh-ed25519 short' }], [{ InstanceOSUser: 'a b' }], [{ InstanceId: 'x' }], [{ InstanceOSUser: undefined }]])('refuses %o as the model does', (input) => {
    expect(() => push(makeLab(), input)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});
