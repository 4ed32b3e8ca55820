/** The services that endpoints can lead to, and DescribeVpcEndpointServices. */
import { createHash } from 'node:crypto';
import { list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { page } from '../../../endpoint/page.js';
import { filtered, type FilterTable } from '../describe.js';
import { reading, type Scope } from '../operation.js';
import { zonesOf } from '../region/zones.js';

export interface EndpointService {
  /** `com.amazonaws.<region>.ssm` */
  readonly serviceName: string;
  readonly type: 'Interface' | 'Gateway';
  /** What private DNS captures; interface services only. */
  readonly privateDnsName?: string | undefined;
}

const INTERFACE_SERVICES = ['ssm', 'ssmmessages', 'ec2messages', 'ec2', 'sts', 'cloudformation', 'kms', 'logs'];
const GATEWAY_SERVICES = ['s3', 'dynamodb'];

export function endpointServices(region: string): readonly EndpointService[] {
  return [
    ...INTERFACE_SERVICES.map((service): EndpointService => ({ serviceName: `com.amazonaws.${region}.${service}`, type: 'Interface', privateDnsName: `${service}.${region}.amazonaws.com` })),
    ...GATEWAY_SERVICES.map((service): EndpointService => ({ serviceName: `com.amazonaws.${region}.${service}`, type: 'Gateway' })),
  ];
}

/** Throws InvalidServiceName. */
export function endpointService(region: string, serviceName: string): EndpointService {
  const service = endpointServices(region).find((candidate) => candidate.serviceName === serviceName);
  if (service === undefined) throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`);
  return service;
}

/** `ssm.ap-northeast-1.vpce.amazonaws.com`: the end of an endpoint's own names. */
export function baseDnsName(serviceName: string, region: string): string {
  return `${serviceName.split('.').at(-1) ?? ''}.${region}.vpce.amazonaws.com`;
}

function view(service: EndpointService, scope: Scope) {
  return {
    serviceName: service.serviceName,
    serviceId: `vpce-svc-0${createHash('sha256').update(service.serviceName).digest('hex').slice(0, 16)}`,
    serviceType: [{ serviceType: service.type }],
    serviceRegion: scope.region,
    availabilityZoneSet: zonesOf(scope.region).map((zone) => zone.zoneName),
    availabilityZoneIdSet: zonesOf(scope.region).map((zone) => zone.zoneId),
    owner: 'amazon',
    baseEndpointDnsNameSet: [service.type === 'Interface' ? baseDnsName(service.serviceName, scope.region) : `${service.serviceName.split('.').at(-1) ?? ''}.${scope.region}.amazonaws.com`],
    privateDnsName: service.privateDnsName,
    privateDnsNameSet: service.privateDnsName === undefined ? [] : [{ privateDnsName: service.privateDnsName }],
    vpcEndpointPolicySupported: true,
    acceptanceRequired: false,
    managesVpcEndpoints: false,
    privateDnsNameVerificationState: service.type === 'Interface' ? 'verified' : undefined,
    supportedIpAddressTypeSet: ['ipv4'],
    tagSet: [],
  };
}

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'owner': (service) => service.owner,
  'service-name': (service) => service.serviceName,
  'service-region': (service) => service.serviceRegion,
  'service-type': (service) => service.serviceType.map((one) => one.serviceType),
  'supported-ip-address-types': (service) => service.supportedIpAddressTypeSet,
};

export const describeVpcEndpointServices = reading((input, scope) => {
  const names = list(input, 'ServiceName');
  const services = names.length === 0 ? endpointServices(scope.region) : names.map((name) => endpointService(scope.region, name));
  const cut = page(filtered(services.map((service) => view(service, scope)), input, FILTERS), input, { minimum: 1, maximum: 1000 });
  return { serviceNameSet: cut.items.map((service) => service.serviceName), serviceDetailSet: cut.items, nextToken: cut.nextToken };
});
