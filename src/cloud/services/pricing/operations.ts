/** pricing:GetProducts, DescribeServices and GetAttributeValues. */
import { InputError } from '../../endpoint/input.js';
import { AwsError, type Input, type Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { optionalString, requiredString, structures } from '../../endpoint/typed-input.js';
import { fieldsOf, type Product, PRODUCTS } from './catalog.js';
import { priceListItem } from './price-list.js';

/** Where AWS answers (Price List Query API endpoints). */
const ENDPOINTS = ['us-east-1', 'eu-central-1', 'ap-south-1'];

/** On AWS other regions have no host of this name: who asks there gets no answer at all. */
const atEndpoint = (operation: Operation): Operation => (input, context) => {
  if (!ENDPOINTS.includes(context.region)) throw new AwsError('UnknownEndpointException', `The price list answers in ${ENDPOINTS.join(', ')}, not in ${context.region}.`, { status: 404 });
  return operation(input, context);
};

const SIZE = { typed: true, default: 100, minimum: 1, invalidToken: 'InvalidNextTokenException' } as const;

function checkFormat(input: Input): void {
  const version = optionalString(input, 'FormatVersion', { min: 1, max: 32 }) ?? 'aws_v1';
  if (version !== 'aws_v1') throw new AwsError('InvalidParameterException', `Format version ${version} is not valid: there is aws_v1.`);
}

const serviceCodes = [...new Set(PRODUCTS.map((product) => product.serviceCode))];

function productsOf(serviceCode: string): readonly Product[] {
  const found = PRODUCTS.filter((product) => product.serviceCode === serviceCode);
  if (found.length === 0) throw new AwsError('NotFoundException', `Invalid service code: the local cloud has prices of ${serviceCodes.join(' and ')}, not of ${serviceCode}.`);
  return found;
}

/** Whether the value of a product's field is what a filter of this type asks for. */
const MATCHES: Readonly<Record<string, (value: string | undefined, wanted: string) => boolean>> = {
  TERM_MATCH: (value, wanted) => value === wanted,
  EQUALS: (value, wanted) => value === wanted,
  CONTAINS: (value, wanted) => value?.includes(wanted) === true,
  ANY_OF: (value, wanted) => value !== undefined && wanted.split(',').includes(value),
  NONE_OF: (value, wanted) => value !== undefined && !wanted.split(',').includes(value),
};

function filtersOf(input: Input): (product: Product) => boolean {
  const given = structures(input, 'Filters');
  if (given.length > 50) throw new InputError('Filters', given.length, { kind: 'constraint', constraint: 'Member must have length less than or equal to 50' });
  const filters = given.map((filter) => ({
    matches: MATCHES[requiredString(filter, 'Type', { oneOf: Object.keys(MATCHES) })],
    field: requiredString(filter, 'Field', { min: 1, max: 1024 }),
    value: requiredString(filter, 'Value', { min: 1, max: 1024 }),
  }));
  return (product) => {
    const fields = fieldsOf(product);
    return filters.every(({ matches, field, value }) => matches?.(Object.hasOwn(fields, field) ? fields[field] : undefined, value) === true);
  };
}

export const getProducts = atEndpoint((input) => {
  const products = productsOf(requiredString(input, 'ServiceCode'));
  checkFormat(input);
  const { items, nextToken } = page(products.filter(filtersOf(input)), input, { ...SIZE, maximum: 100, key: (product) => product.sku });
  return { FormatVersion: 'aws_v1', PriceList: items.map(priceListItem), NextToken: nextToken };
});

export const describeServices = atEndpoint((input) => {
  const serviceCode = optionalString(input, 'ServiceCode');
  checkFormat(input);
  const codes = serviceCode === undefined ? serviceCodes : [...new Set(productsOf(serviceCode).map((product) => product.serviceCode))];
  const { items, nextToken } = page(codes, input, { ...SIZE, maximum: 100, key: (code) => code });
  return { FormatVersion: 'aws_v1', Services: items.map((code) => ({ ServiceCode: code, AttributeNames: [...new Set(productsOf(code).flatMap((product) => Object.keys(fieldsOf(product))))].toSorted() })), NextToken: nextToken };
});

export const getAttributeValues = atEndpoint((input) => {
  const products = productsOf(requiredString(input, 'ServiceCode'));
  const name = requiredString(input, 'AttributeName');
  const found = products.flatMap((product) => Object.entries(fieldsOf(product)).flatMap(([field, value]) => (field === name ? [value] : [])));
  if (found.length === 0) throw new AwsError('NotFoundException', `Invalid attribute name ${name}.`);
  const { items, nextToken } = page([...new Set(found)].toSorted(), input, { ...SIZE, maximum: 10_000, key: (value) => value });
  return { AttributeValues: items.map((value) => ({ Value: value })), NextToken: nextToken };
});
