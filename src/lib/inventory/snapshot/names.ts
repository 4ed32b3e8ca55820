/** The Name tags of what a network holds, by id. */
import type { NetworkDescription, RestOfNetwork } from '../../aws/ec2-network.js';

type Described = { readonly [K in keyof (NetworkDescription & RestOfNetwork)]: (NetworkDescription & RestOfNetwork)[K] | undefined };

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** What has none, or an empty one, is not in it. */
export function namesOf(described: Described): Record<string, string> {
  const named = <T extends { readonly Tags?: readonly Tag[] | undefined }>(items: readonly T[] | undefined, id: (item: T) => string | undefined): [string, string][] =>
    (items ?? []).flatMap((item): [string, string][] => {
      const name = item.Tags?.find((tag) => tag.Key === 'Name')?.Value;
      const key = id(item);
      return name === undefined || name === '' || key === undefined ? [] : [[key, name]];
    });
  const interfaces = described.networkInterfaces?.map((each) => ({ ...each, Tags: each.TagSet }));
  return Object.fromEntries([
    ...named(described.vpcs, (each) => each.VpcId),
    ...named(described.subnets, (each) => each.SubnetId),
    ...named(described.routeTables, (each) => each.RouteTableId),
    ...named(described.networkAcls, (each) => each.NetworkAclId),
    ...named(described.securityGroups, (each) => each.GroupId),
    ...named(described.internetGateways, (each) => each.InternetGatewayId),
    ...named(described.natGateways, (each) => each.NatGatewayId),
    ...named(described.vpcEndpoints, (each) => each.VpcEndpointId),
    ...named(interfaces, (each) => each.NetworkInterfaceId),
    ...named(described.blockPublicAccessExclusions, (each) => each.ExclusionId),
  ]);
}
