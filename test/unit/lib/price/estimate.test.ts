import { describe, expect, it } from 'vitest';
import { quantitiesOf } from '../../../../src/lib/lab/bill.js';
import { templateBody } from '../../../../src/lib/lab/lab.js';
import { costSoFar, estimate } from '../../../../src/lib/price/estimate.js';
import { type Prices, tablePrices } from '../../../../src/lib/price/prices.js';

const types = [...templateBody().matchAll(/^ {4}Type: (AWS::\S+::\S+)$/gmu)].map(([, type]) => type ?? '').filter((type) => !type.includes('Parameter') && !type.includes('KeyName'));
const lab = quantitiesOf(types, 't4g.nano');
const pricesIn = (region: string): Prices => {
  const prices = tablePrices(region);
  if (prices === undefined) throw new Error(`no prices of ${region}`);
  return prices;
};

describe('what a lab costs', () => {
  it('counts what is billed by the hour for being there', () => {
    expect(lab).toEqual({ natGateways: 1, interfaceEndpoints: 3, publicIpv4: 3, instances: { 't4g.nano': 4 }, gp3Gigabytes: 32 });
  });

  // `aws-facts.md` §8 reckons the same by hand.
  it.each([['us-east-1', 0.11], ['ap-northeast-1', 0.145]])('is in %s what the facts say: %s USD an hour', (region, hourly) => {
    expect(estimate(lab, pricesIn(region)).hourly).toBeCloseTo(hourly, 3);
  });

  it('names the most expensive first, and a price that is not known', () => {
    const { items, complete } = estimate({ ...lab, instances: { 'x9.large': 1 } }, pricesIn('us-east-1'));
    expect(complete).toBe(false);
    expect(items.map(({ what }) => what)).toEqual(['1 x9.large instance', '1 NAT gateway', '3 interface endpoints', '3 public IPv4 addresses', '32 GB of gp3 volumes']);
    expect(items[0]?.hourly).toBeNull();
  });

  it('bills begun hours of NAT gateways and endpoints in full, the rest by time', () => {
    const prices = pricesIn('us-east-1');
    const rest = estimate(lab, prices).hourly - 0.075;
    expect(costSoFar(lab, prices, 600_000)).toBeCloseTo(0.075 + rest / 6, 6);
    expect(costSoFar(lab, prices, 3_700_000)).toBeCloseTo(0.15 + (rest * 3700) / 3600, 6);
    expect(costSoFar(lab, prices, 0)).toBe(0);
  });

  it('counts a template of another kind by its types alone', () => {
    expect(quantitiesOf(['AWS::EC2::VPC', 'AWS::EC2::Instance'], 't3.nano', 0)).toEqual({ natGateways: 0, interfaceEndpoints: 0, publicIpv4: 0, instances: { 't3.nano': 1 }, gp3Gigabytes: 8 });
  });
});
