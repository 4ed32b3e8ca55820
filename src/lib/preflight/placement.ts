/** Where the lab's subnets go and of which type its instances are: not every zone has every type (`aws-facts.md` §2). */
import type { PreflightApi } from './api.js';
import { type Finding, look } from './finding.js';

/** As parameters of the lab's template; what is absent keeps the template's default. */
export interface Placement {
  readonly instanceType: string;
  readonly imageId?: string | undefined;
  /** Zone of VPC 1's two subnets. */
  readonly vpc1Zone?: string | undefined;
  /** Zone of VPC 2's subnet, in which the endpoint services have to be. */
  readonly vpc2Zone?: string | undefined;
}

/** In the order of preference: the smallest of Graviton, and its twin of x86. */
const TYPES = ['t4g.nano', 't3.nano'] as const;
const [GRAVITON, X86] = TYPES;
const X86_IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** vCPUs of either type. */
export const VCPUS_EACH = 2;

/** Services of the lab's interface endpoints in a region. */
export const endpointServices = (region: string): string[] => ['ssm', 'ssmmessages', 'ec2messages'].map((service) => `com.amazonaws.${region}.${service}`);

/** The template's own choice, for where nothing could be read. */
export const DEFAULT_PLACEMENT: Placement = { instanceType: GRAVITON };

export interface Placed {
  readonly placement: Placement;
  readonly findings: readonly Finding[];
}

/** Picks zones and type by what is offered. Makes no choice where it could not be read: then CloudFormation's is AWS's. */
export async function place(api: Pick<PreflightApi, 'availabilityZones' | 'offeredZones' | 'endpointServiceZones'>, region: string): Promise<Placed> {
  let placement = DEFAULT_PLACEMENT;
  let endpointZones: readonly string[] | undefined;
  const endpoints = await look('endpoints', async () => {
    const services = endpointServices(region);
    const found = await api.endpointServiceZones(services);
    const missing = services.filter((service) => !found.has(service));
    if (missing.length > 0) return { verdict: 'bad', text: `${region} has no endpoint service ${missing.join(', ')}, which instance 4's network has`, hint: 'choose a region that has them, such as us-east-1' };
    endpointZones = [...found.values()].reduce((common, zones) => common.filter((zone) => zones.includes(zone)));
    return { verdict: 'good', text: `${services.length} endpoint services are there` };
  });
  const zones = await look('zones', async () => {
    const [all, offered] = await Promise.all([api.availabilityZones(), api.offeredZones(TYPES)]);
    for (const type of TYPES) {
      const having = all.filter((zone) => offered.get(type)?.includes(zone) === true);
      const withEndpoints = having.filter((zone) => endpointZones?.includes(zone) !== false);
      const [vpc1Zone] = having;
      const vpc2Zone = withEndpoints.find((zone) => zone !== vpc1Zone) ?? withEndpoints[0];
      if (vpc1Zone === undefined || vpc2Zone === undefined) continue;
      placement = { instanceType: type, imageId: type === X86 ? X86_IMAGE : undefined, vpc1Zone, vpc2Zone };
      const where = `${type} in ${vpc1Zone === vpc2Zone ? vpc1Zone : `${vpc1Zone} and ${vpc2Zone}`}`;
      if (type === X86) return { verdict: 'notice', text: `${where}: ${GRAVITON} is not offered where the lab could stand, so it is x86` };
      return { verdict: 'good', text: having.length === all.length ? where : `${where}; not offered in ${all.filter((zone) => !having.includes(zone)).join(', ')}` };
    }
    return { verdict: 'bad', text: `no zone of ${region} offers ${TYPES.join(' or ')} beside the endpoint services`, hint: 'choose another region' };
  });
  return { placement, findings: [zones, endpoints] };
}
