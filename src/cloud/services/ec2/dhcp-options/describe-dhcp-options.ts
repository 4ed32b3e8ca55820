/** DescribeDhcpOptions: the default set, whether a VPC uses it or not, and the customer's. */
import { list } from '../../../endpoint/input.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { DHCP_OPTIONS as TABLE } from '../model.js';
import { DHCP_OPTIONS, notFound } from '../noun.js';
import { reading } from '../operation.js';
import { defaultOptions } from './default-options.js';
import { dhcpOptionsView, type DhcpOptionsView } from './view.js';

const DHCP_OPTIONS_FILTERS: FilterTable<DhcpOptionsView> = {
  'dhcp-options-id': (item) => item.dhcpOptionsId,
  'key': (item) => item.dhcpConfigurationSet.map(({ key }) => key),
  'value': (item) => item.dhcpConfigurationSet.flatMap(({ valueSet }) => valueSet.map(({ value }) => value)),
  'owner-id': (item) => item.ownerId,
};

export const describeDhcpOptions = reading((input, scope) => {
  const own = defaultOptions(scope);
  const all = [own, ...scope.state.list(TABLE).filter((options) => options.dhcpOptionsId !== own.dhcpOptionsId)];
  const ids = list(input, 'DhcpOptionsId');
  const missing = ids.filter((id) => !all.some((options) => options.dhcpOptionsId === id));
  if (missing.length > 0) throw notFound(DHCP_OPTIONS, missing);
  const chosen = ids.length === 0 ? all : all.filter((options) => ids.includes(options.dhcpOptionsId));
  return paged(filtered(chosen.map((options) => dhcpOptionsView(options, scope)), input, DHCP_OPTIONS_FILTERS), input, 'dhcpOptionsSet', (item) => item.dhcpOptionsId);
});
