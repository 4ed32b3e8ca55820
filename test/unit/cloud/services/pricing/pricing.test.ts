import { describe, expect, it } from 'vitest';
import type { Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { PRODUCTS } from '../../../../../src/cloud/services/pricing/catalog.js';
import { pricing } from '../../../../../src/cloud/services/pricing/pricing.js';

function call(operation: string, input: Input, region = 'us-east-1'): Output {
  try {
    return pricing.operations[operation]?.(input, { region } as OperationContext) as Output;
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

interface Item {
  readonly product: { readonly sku: string; readonly attributes: Record<string, string> };
  readonly terms: { readonly OnDemand: Record<string, { readonly priceDimensions: Record<string, { readonly unit: string; readonly pricePerUnit: { readonly USD: string } }> }> };
}

const terms = (fields: Record<string, string>): Input[] => Object.entries(fields).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }));
const items = (ServiceCode: string, fields: Record<string, string>): Item[] => (call('GetProducts', { ServiceCode, Filters: terms(fields) })['PriceList'] as string[]).map((text) => JSON.parse(text) as Item);
/** Of the one product that there has to be. */
function price(ServiceCode: string, fields: Record<string, string>): string {
  const found = items(ServiceCode, fields);
  expect(found).toHaveLength(1);
  const [dimension] = Object.values(Object.values(found[0]?.terms.OnDemand ?? {})[0]?.priceDimensions ?? {});
  return `${Number(dimension?.pricePerUnit.USD)} ${dimension?.unit}`;
}

describe('the price list', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['AmazonEC2', { productFamily: 'NAT Gateway', groupDescription: 'Hourly charge for NAT Gateways' }, '0.045 Hrs', '0.062 Hrs'],
    ['AmazonEC2', { instanceType: 't4g.nano', operatingSystem: 'Linux', tenancy: 'Shared', preInstalledSw: 'NA', capacitystatus: 'Used' }, '0.0042 Hrs', '0.0054 Hrs'],
    ['AmazonEC2', { instanceType: 't3.nano', operatingSystem: 'Linux' }, '0.0052 Hrs', '0.0068 Hrs'],
    ['AmazonEC2', { productFamily: 'Storage', volumeApiName: 'gp3' }, '0.08 GB-Mo', '0.096 GB-Mo'],
    ['AmazonVPC', { productFamily: 'VpcEndpoint' }, '0.01 Hrs', '0.014 Hrs'],
    ['AmazonVPC', { group: 'VPCPublicIPv4Address' }, '0.005 Hrs', '0.005 Hrs'],
  ])('%s %o costs %s, in Tokyo %s', (serviceCode, fields, virginia, tokyo) => {
    expect(price(serviceCode, { ...fields, regionCode: 'us-east-1' })).toBe(virginia);
    expect(price(serviceCode, { ...fields, location: 'Asia Pacific (Tokyo)' })).toBe(tokyo);
    expect(items(serviceCode, { ...fields, regionCode: 'eu-west-1' })).toEqual([]);
  });

  it('names usage types as the price list does', () => {
    expect(price('AmazonVPC', { usagetype: 'USE1-VpcEndpoint-Hours' })).toBe('0.01 Hrs');
    expect(price('AmazonVPC', { usagetype: 'APN1-PublicIPv4:InUseAddress' })).toBe('0.005 Hrs');
    expect(price('AmazonEC2', { usagetype: 'NatGateway-Hours' })).toBe('0.045 Hrs');
    expect(new Set(PRODUCTS.map((product) => product.sku)).size).toBe(PRODUCTS.length);
    for (const { sku } of PRODUCTS) expect(sku).toMatch(/^[A-Z0-9]{16}$/);
  });

  it('filters in each of its ways, page by page', () => {
    const of = (Type: string, Value: string): number => (call('GetProducts', { ServiceCode: 'AmazonEC2', Filters: [{ Type, Field: 'instanceType', Value }] })['PriceList'] as string[]).length;
    expect([of('TERM_MATCH', 't4g.nano'), of('EQUALS', 't4g'), of('CONTAINS', '.nano'), of('ANY_OF', 't3.nano,t4g.nano'), of('NONE_OF', 't3.nano')]).toEqual([2, 0, 4, 4, 2]);
    const first = call('GetProducts', { ServiceCode: 'AmazonVPC', MaxResults: 3 });
    const second = call('GetProducts', { ServiceCode: 'AmazonVPC', MaxResults: 3, NextToken: first['NextToken'] });
    expect([first['PriceList'], second['PriceList']].map((list) => (list as string[]).length)).toEqual([3, 1]);
  });

  it('tells of its services and of their attributes', () => {
    expect(call('DescribeServices', {})).toMatchObject({ Services: [{ ServiceCode: 'AmazonEC2' }, { ServiceCode: 'AmazonVPC', AttributeNames: expect.arrayContaining(['usagetype', 'location']) as string[] }] });
    expect(call('GetAttributeValues', { ServiceCode: 'AmazonEC2', AttributeName: 'instanceType' })).toMatchObject({ AttributeValues: [{ Value: 't3.nano' }, { Value: 't4g.nano' }] });
  });

  it.each<[string, Input, string, string?]>([
    ['GetProducts', {}, 'ValidationException'],
    ['GetProducts', { ServiceCode: 'AmazonNothing' }, 'NotFoundException'],
    ['GetProducts', { ServiceCode: 'AmazonEC2', FormatVersion: 'aws_v2' }, 'InvalidParameterException'],
    ['GetProducts', { ServiceCode: 'AmazonEC2', Filters: [{ Type: 'SOUNDS_LIKE', Field: 'location', Value: 'x' }] }, 'ValidationException'],
    ['GetProducts', { ServiceCode: 'AmazonEC2', NextToken: 'x' }, 'InvalidNextTokenException'],
    ['GetAttributeValues', { ServiceCode: 'AmazonEC2', AttributeName: 'colour' }, 'NotFoundException'],
    ['DescribeServices', {}, 'UnknownEndpointException', 'ap-northeast-1'],
  ])('%s %o is %s', (operation, input, code, region = 'us-east-1') => expect(() => call(operation, input, region)).toThrow(expect.objectContaining({ code })));
});
