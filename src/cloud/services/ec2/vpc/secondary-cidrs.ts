/** AssociateVpcCidrBlock and DisassociateVpcCidrBlock; every route table has a local route for each prefix (R1). */
import { parseCidr, prefixCovers, prefixOf } from '../../../../lib/net/cidr.js';
import { str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import type { Transaction } from '../../../state/store.js';
import { ROUTE_TABLE, SUBNET, VPC as TABLE, type RouteTableRecord } from '../model.js';
import { find, newId, VPC } from '../noun.js';
import { changing, refuse } from '../operation.js';
import { checkSecondary, cidrBlock } from './cidr-block.js';

/** IPv4 prefixes of a VPC, the primary one counted. */
const LIMIT = 5;

function changeTables(tx: Transaction, vpcId: string, change: (table: RouteTableRecord) => RouteTableRecord): void {
  for (const table of tx.list(ROUTE_TABLE)) if (table.vpcId === vpcId) tx.put(ROUTE_TABLE, table.routeTableId, change(table));
}

export const associateVpcCidrBlock = changing((input, tx) => {
  refuse(input, ['Ipv6CidrBlockNetworkBorderGroup', 'Ipv6Pool', 'Ipv6CidrBlock', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength', 'Ipv6IpamPoolId', 'Ipv6NetmaskLength']);
  onlyDefault(input, { AmazonProvidedIpv6CidrBlock: 'false' });
  const vpc = find(tx, VPC, str(input, 'VpcId'));
  const block = cidrBlock(str(input, 'CidrBlock'), 'InvalidVpc.Range');
  checkSecondary(vpc, block);
  const known = vpc.secondaryCidrs ?? [];
  if (known.length + 1 >= LIMIT) throw new AwsError('CidrBlockLimitExceeded', `The maximum number of CIDR blocks has been reached for the VPC '${vpc.vpcId}'.`);
  for (const table of tx.list(ROUTE_TABLE)) {
    const route = table.vpcId !== vpc.vpcId ? undefined : table.routes.find(({ destination }) => {
      const prefix = parseCidr(destination);
      return prefix !== undefined && prefixCovers(prefixOf(block), prefix);
    });
    if (route !== undefined) throw new AwsError('InvalidVpc.Conflict', `The CIDR '${block}' conflicts with the route ${route.destination} of route table '${table.routeTableId}'.`);
  }
  const associationId = newId('vpc-cidr-assoc');
  tx.put(TABLE, vpc.vpcId, { ...vpc, secondaryCidrs: [...known, { associationId, cidrBlock: block }] });
  changeTables(tx, vpc.vpcId, (table) => ({ ...table, routes: [...table.routes, { destination: block, target: 'local', origin: 'CreateRouteTable' }] }));
  return { vpcId: vpc.vpcId, cidrBlockAssociation: { associationId, cidrBlock: block, cidrBlockState: { state: 'associating' } } };
});

export const disassociateVpcCidrBlock = changing((input, tx) => {
  const associationId = str(input, 'AssociationId');
  const primary = tx.list(TABLE).find((vpc) => vpc.cidrAssociationId === associationId);
  if (primary !== undefined) {
    throw new AwsError('OperationNotPermitted', `The vpc CIDR block with association ID ${associationId} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`);
  }
  const vpc = tx.list(TABLE).find((candidate) => candidate.secondaryCidrs?.some((secondary) => secondary.associationId === associationId));
  const block = vpc?.secondaryCidrs?.find((secondary) => secondary.associationId === associationId)?.cidrBlock;
  if (vpc === undefined || block === undefined) throw new AwsError('InvalidVpcCidrBlockAssociationID.NotFound', `The vpc CIDR block association ID '${associationId}' does not exist`);
  if (tx.list(SUBNET).some((subnet) => subnet.vpcId === vpc.vpcId && prefixCovers(prefixOf(block), prefixOf(subnet.cidrBlock)))) {
    throw new AwsError('InvalidCidrBlock.InUse', `The vpc currently has a subnet within CIDR block ${block}`);
  }
  tx.put(TABLE, vpc.vpcId, { ...vpc, secondaryCidrs: vpc.secondaryCidrs?.filter((secondary) => secondary.associationId !== associationId) });
  changeTables(tx, vpc.vpcId, (table) => ({ ...table, routes: table.routes.filter((route) => route.target !== 'local' || route.destination !== block) }));
  return { vpcId: vpc.vpcId, cidrBlockAssociation: { associationId, cidrBlock: block, cidrBlockState: { state: 'disassociating' } } };
});
