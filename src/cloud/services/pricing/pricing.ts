/** The price list of what the lab is made of, in the two regions that its figures are known for; of others nothing is found. */
import type { Service } from '../../endpoint/operation.js';
import { describeServices, getAttributeValues, getProducts } from './operations.js';

export const pricing: Service = {
  name: 'pricing',
  protocol: 'json',
  version: '2017-10-15',
  targetPrefix: 'AWSPriceListService',
  operations: {
    DescribeServices: describeServices,
    GetAttributeValues: getAttributeValues,
    GetProducts: getProducts,
  },
};
