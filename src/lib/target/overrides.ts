/** Where calls for AWS go that do not go to AWS's own endpoints. */
import type { Target } from './target.js';

export interface EndpointOverride {
  /** Name in hosts; null for all services that have none of their own. */
  readonly service: string | null;
  readonly url: string;
  /** In words; null where it is of the service's own settings. */
  readonly setBy: string | null;
}

/** None on the local cloud, whose endpoint is its own. */
export function endpointOverrides({ kind, endpoint, endpointSetBy, serviceEndpoints }: Pick<Target, 'kind' | 'endpoint' | 'endpointSetBy' | 'serviceEndpoints'>): EndpointOverride[] {
  if (kind === 'local') return [];
  return [
    ...(endpoint === undefined ? [] : [{ service: null, url: endpoint, setBy: endpointSetBy ?? null }]),
    ...Object.entries(serviceEndpoints ?? {}).map(([service, url]) => ({ service, url, setBy: null })),
  ];
}

/** `https://… by AWS_ENDPOINT_URL, which is not AWS's own`. */
export const overrideText = ({ service, url, setBy }: EndpointOverride): string => `${service === null ? '' : `${service} at `}${url}${setBy === null ? '' : `, by ${setBy}`}, which is not AWS's own`;
