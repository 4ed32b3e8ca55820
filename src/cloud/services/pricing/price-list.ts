/** A product as the price list writes it: a JSON document of its own, as text (Price List API, "Reading the price list file"). */
import { type Product, PUBLISHED } from './catalog.js';

/** AWS's codes of the on-demand term and of its one rate. */
const ON_DEMAND = 'JRTCKXETXF';
const RATE = '6YS6EN2CT7';

export function priceListItem({ serviceCode, productFamily, sku, attributes, price }: Product): string {
  const term = `${sku}.${ON_DEMAND}`;
  const rateCode = `${term}.${RATE}`;
  return JSON.stringify({
    product: { productFamily, attributes, sku },
    serviceCode,
    terms: {
      OnDemand: {
        [term]: {
          priceDimensions: { [rateCode]: { unit: price.unit, endRange: 'Inf', description: price.description, appliesTo: [], rateCode, beginRange: '0', pricePerUnit: { USD: price.usd } } },
          sku, effectiveDate: PUBLISHED, offerTermCode: ON_DEMAND, termAttributes: {},
        },
      },
    },
    version: PUBLISHED.replaceAll(/\D/g, ''),
    publicationDate: PUBLISHED,
  });
}
