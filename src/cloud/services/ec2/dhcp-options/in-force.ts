/** What the option set of a VPC tells its guests (L14). */
import { formatAddress } from '../../../../lib/net/address.js';
import { prefixOf } from '../../../../lib/net/cidr.js';
import type { Reader } from '../../../state/store.js';
import { DHCP_OPTIONS, type VpcRecord } from '../model.js';

/** The values of an option; empty when the VPC's set has not got it, or the VPC has no set. */
function optionOf(state: Reader, vpc: VpcRecord, key: string): readonly string[] {
  return state.get(DHCP_OPTIONS, vpc.dhcpOptionsId)?.configurations.find((configuration) => configuration.key === key)?.values ?? [];
}

export function domainNameServersOf(state: Reader, vpc: VpcRecord): readonly string[] {
  return optionOf(state, vpc, 'domain-name-servers');
}

/** The same as addresses, as a guest has them in its resolver's configuration; Amazon's own is VPC + 2 (V3). */
export function nameServerAddressesOf(state: Reader, vpc: VpcRecord): string[] {
  return domainNameServersOf(state, vpc).map((server) => (server === 'AmazonProvidedDNS' ? formatAddress(prefixOf(vpc.cidrBlock).base + 2) : server));
}

/** The domain in which guests look for short names; undefined when the set names none. */
export function domainNameOf(state: Reader, vpc: VpcRecord): string | undefined {
  return optionOf(state, vpc, 'domain-name')[0];
}
