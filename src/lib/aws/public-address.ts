/**
 * Public names of the services that are called without a client of the SDK's, as the endpoint rules have them that AWS publishes with botocore
 * (`endpoint-rule-set-1.json` of each service); `test/conformance/endpoint-names.test.ts` compares them.
 */

/** What chooses among a service's names. */
export interface Variant {
  readonly region: string;
  readonly fips?: boolean | undefined;
  readonly dualStack?: boolean | undefined;
}

/** A service that is asked in one region for all of its partition. */
export interface Home {
  readonly url: string;
  readonly region: string;
}

const isChina = ({ region }: Variant): boolean => region.startsWith('cn-');
const isGov = ({ region }: Variant): boolean => region.startsWith('us-gov-');

const suffixOf = (variant: Variant): string => (isChina(variant) ? (variant.dualStack === true ? 'api.amazonwebservices.com.cn' : 'amazonaws.com.cn') : variant.dualStack === true ? 'api.aws' : 'amazonaws.com');

/** GovCloud's own names are of FIPS 140 already. */
const PLAIN_IN_GOV = new Set(['servicequotas']);

/** A service of each region, by its name in hosts. */
export function publicAddress(service: string, variant: Variant): string {
  const fips = variant.fips === true && !(isGov(variant) && variant.dualStack !== true && PLAIN_IN_GOV.has(service));
  return `https://${service}${fips ? '-fips' : ''}.${variant.region}.${suffixOf(variant)}/`;
}

/** IAM, one in each partition; by whether FIPS and dual stack are asked for. */
const IAM = {
  aws: { plain: 'iam.amazonaws.com', fips: 'iam-fips.amazonaws.com', dualStack: 'iam.global.api.aws', both: 'iam-fips.aws-global.api.aws' },
  gov: { plain: 'iam.us-gov.amazonaws.com', fips: 'iam.us-gov.amazonaws.com', dualStack: 'iam.aws-us-gov-global.api.aws', both: 'iam-fips.aws-us-gov-global.api.aws' },
  china: { plain: 'iam.cn-north-1.amazonaws.com.cn', fips: 'iam-fips.aws-cn-global.amazonaws.com.cn', dualStack: 'iam.aws-cn-global.api.amazonwebservices.com.cn', both: 'iam-fips.aws-cn-global.api.amazonwebservices.com.cn' },
} as const;

export function iamHome(variant: Variant): Home {
  const [names, region] = isChina(variant) ? ([IAM.china, 'cn-north-1'] as const) : isGov(variant) ? ([IAM.gov, 'us-gov-west-1'] as const) : ([IAM.aws, 'us-east-1'] as const);
  const name = variant.fips === true ? (variant.dualStack === true ? names.both : names.fips) : variant.dualStack === true ? names.dualStack : names.plain;
  return { url: `https://${name}/`, region };
}

/** The price list, asked in one region for those of the partition (`aws-facts.md` §8). */
export function pricingHome(variant: Variant): Home {
  const region = isChina(variant) ? 'cn-northwest-1' : 'us-east-1';
  return { url: `https://api.pricing${variant.fips === true ? '-fips' : ''}.${region}.${suffixOf({ ...variant, region })}/`, region };
}
