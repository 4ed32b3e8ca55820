/** The price list, as a tool asks it what a NAT gateway costs. */
import { steps } from './step.js';

const nat = (regionCode: string) => ({ ServiceCode: 'AmazonEC2', Filters: [{ Type: 'TERM_MATCH', Field: 'productFamily', Value: 'NAT Gateway' }, { Type: 'TERM_MATCH', Field: 'regionCode', Value: regionCode }], FormatVersion: 'aws_v1', MaxResults: 1 });

export const pricing = steps('pricing', [
  ['DescribeServices', { ServiceCode: 'AmazonVPC', FormatVersion: 'aws_v1', MaxResults: 1 }, { expect: { 'Services.0.ServiceCode': 'AmazonVPC', 'NextToken': '' } }],
  ['DescribeServices', { ServiceCode: 'AmazonNothing' }, { error: 'NotFoundException' }],
  ['GetAttributeValues', { ServiceCode: 'AmazonEC2', AttributeName: 'instanceType', MaxResults: 10 }, { expect: { 'AttributeValues.0.Value': 't3.nano', 'AttributeValues.1.Value': 't4g.nano' } }],
  ['GetProducts', nat('ap-northeast-1'), { save: { pricePage: 'NextToken' } }],
  ['GetProducts', { ...nat('ap-northeast-1'), NextToken: '<pricePage>' }, { expect: { NextToken: '' } }],
  ['GetProducts', { ...nat('us-east-1'), NextToken: '<pricePage>' }, { error: 'InvalidNextTokenException' }],
  ['GetProducts', nat('eu-north-1'), { expect: { PriceList: '[]' } }],
]);
