/** What the metadata service tells an instance, from the records of EC2 and IAM. */
import type { InstanceMetadata } from './guest/imds/imds.js';
import type { InstanceDescription } from './services/ec2/ec2.js';
import { roleForInstanceProfile } from './services/iam/iam.js';
import type { Reader } from './state/store.js';

/** `xvda` for `/dev/xvda`: the metadata service names the root device of an AMI without its folder under `ami`. */
const bareDevice = (device: string): string => device.replace(/^\/dev\//, '');

export function instanceMetadata(instance: InstanceDescription, globalState: Reader): InstanceMetadata {
  const { instanceProfile, keyName, publicKey, metadataOptions } = instance;
  return {
    region: instance.region,
    accountId: instance.ownerId,
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    launchIndex: instance.launchIndex,
    reservationId: instance.reservationId,
    architecture: instance.architecture,
    availabilityZone: instance.availabilityZone,
    availabilityZoneId: instance.availabilityZoneId === '' ? undefined : instance.availabilityZoneId,
    launchTime: instance.launchTime,
    localHostname: instance.domainName === '' ? instance.hostName : `${instance.hostName}.${instance.domainName}`,
    privateIp: instance.privateIpAddress,
    publicIp: instance.publicIpAddress,
    publicHostname: instance.publicDnsName,
    networkInterfaceId: instance.networkInterfaceId,
    macAddress: instance.macAddress,
    subnetId: instance.subnetId,
    subnetCidr: instance.subnetCidr,
    vpcId: instance.vpcId,
    vpcCidrs: [instance.vpcCidr],
    securityGroups: instance.securityGroupIds.map((groupId, index) => ({ groupId, groupName: instance.securityGroupNames[index] ?? '' })),
    keyPair: keyName === undefined || publicKey === undefined ? undefined : { name: keyName, publicKey },
    instanceProfile: instanceProfile === undefined ? undefined : { ...instanceProfile, roleName: roleForInstanceProfile(globalState, instanceProfile.arn)?.roleName },
    userData: instance.userData === undefined ? undefined : Buffer.from(instance.userData, 'base64'),
    blockDevices: { ami: bareDevice(instance.rootDeviceName), root: instance.rootDeviceName },
    tags: Object.fromEntries(instance.tags.filter((tag) => !tag.key.startsWith('aws:')).map((tag) => [tag.key, tag.value])),
    options: { httpEndpoint: metadataOptions.httpEndpoint, httpTokens: metadataOptions.httpTokens, tags: metadataOptions.instanceMetadataTags },
  };
}
