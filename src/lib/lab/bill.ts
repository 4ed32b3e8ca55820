/** What of the lab, or of another template, is billed for being there. */
import type { Quantities } from '../price/estimate.js';
import { LAB_INSTANCES } from './lab.js';

/** Gigabytes of an Amazon Linux 2023 image's root volume, which the template leaves as it is. */
const ROOT_GIGABYTES = 8;

/**
 * Counted by type among the resources of a template (logical id → type). What their properties add cannot be told from that:
 * `instancesWithAddress`, the public addresses that instances get by themselves, is the lab's where none is given.
 */
export function quantitiesOf(types: Iterable<string>, instanceType: string, instancesWithAddress = LAB_INSTANCES.filter(({ shows }) => shows.publicIpv4).length): Quantities {
  const all = [...types];
  const count = (type: string): number => all.filter((one) => one === type).length;
  const instances = count('AWS::EC2::Instance');
  return {
    natGateways: count('AWS::EC2::NatGateway'),
    interfaceEndpoints: count('AWS::EC2::VPCEndpoint'),
    publicIpv4: count('AWS::EC2::EIP') + Math.min(instances, instancesWithAddress),
    instances: instances === 0 ? {} : { [instanceType]: instances },
    gp3Gigabytes: instances * ROOT_GIGABYTES,
  };
}
