/** AWS::EC2::DHCPOptions: one set of DHCP options. */
import { isList, textOf } from '../../template/value.js';
import { liveTags } from '../live.js';
import { replyItem, replyList, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

/** Properties by the options' names. */
const OPTIONS: { readonly [option: string]: string } = {
  'domain-name': 'DomainName', 'domain-name-servers': 'DomainNameServers', 'ipv6-address-preferred-lease-time': 'Ipv6AddressPreferredLeaseTime', 'netbios-name-servers': 'NetbiosNameServers',
  'netbios-node-type': 'NetbiosNodeType', 'ntp-servers': 'NtpServers',
};

export const dhcpOptions: ResourceType = {
  type: 'AWS::EC2::DHCPOptions',
  properties: {
    DomainName: 'replacement', DomainNameServers: 'replacement', Ipv6AddressPreferredLeaseTime: 'replacement', NetbiosNameServers: 'replacement', NetbiosNodeType: 'replacement', NtpServers: 'replacement',
    Tags: 'in-place',
  },
  attributes: ['DhcpOptionsId'],
  identifiers: ['DhcpOptionsId'],
  create(properties, scope) {
    const configurations = Object.entries(OPTIONS).flatMap(([Key, property]) => {
      const value = properties[property];
      return value === undefined ? [] : [{ Key, Value: (isList(value) ? value : [value]).map(textOf) }];
    });
    return replyText(scope.call('ec2', 'CreateDhcpOptions', { DhcpConfiguration: configurations, TagSpecification: scope.tagSpecification('dhcp-options', properties) }), 'dhcpOptions.dhcpOptionsId');
  },
  attributesOf: (dhcpOptionsId) => ({ DhcpOptionsId: dhcpOptionsId }),
  update(dhcpOptionsId, properties, _previous, scope) {
    retag(dhcpOptionsId, properties, scope);
  },
  live(dhcpOptionsId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeDhcpOptions', { DhcpOptionsId: [dhcpOptionsId] }), 'dhcpOptionsSet');
    const options = replyList(found, 'dhcpConfigurationSet').map((option) => {
      const values = replyList(option, 'valueSet').map((value) => replyText(value, 'value'));
      const property = OPTIONS[replyText(option, 'key')] ?? '';
      return [property, property.endsWith('Servers') ? values : (values[0] ?? '')] as const;
    });
    return { ...Object.fromEntries(options), ...liveTags(found, scope, properties) };
  },
  adopt: tagAsStack,
  delete(dhcpOptionsId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteDhcpOptions', { DhcpOptionsId: dhcpOptionsId }));
  },
};
