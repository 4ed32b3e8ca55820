/** Finds an instance by whatever the user calls it: number, name, logical id, instance id, address or DNS name. */
import { SsmlabError } from '../errors.js';
import type { KnownInstance } from './instance.js';
import { nearNames } from './near.js';

type Key = (instance: KnownInstance) => readonly (string | null)[];

// In order of weight: what names one instance for sure comes before what may be shared.
const KEYS: readonly Key[] = [
  (instance) => [instance.instanceId],
  (instance) => [String(instance.number)],
  (instance) => [instance.name, instance.logicalId],
  (instance) => [instance.publicIpv4, instance.publicDnsName],
  (instance) => [instance.privateIpv4, instance.privateDnsName],
];

const LIST = new Intl.ListFormat('en', { type: 'conjunction', style: 'narrow' });

const described = (instance: KnownInstance): string => `${instance.number} ${instance.name} (${instance.instanceId})`;

/** Exactly one instance, or `instance-not-found` with near names, or `instance-ambiguous` with all that have the name. */
export function findInstance(instances: readonly KnownInstance[], query: string): KnownInstance {
  for (const same of [(a: string, b: string) => a === b, (a: string, b: string) => a.toLowerCase() === b.toLowerCase()]) {
    for (const key of KEYS) {
      const found = instances.filter((instance) => key(instance).some((value) => value !== null && same(value, query)));
      const [first] = found;
      if (found.length === 1 && first !== undefined) return first;
      if (found.length > 1) {
        throw new SsmlabError('instance-ambiguous', `"${query}" could be ${LIST.format(found.map(described))}`, { hint: 'use the number or the instance id' });
      }
    }
  }
  const names = instances.map((instance) => instance.name);
  const near = nearNames(query, instances.flatMap((instance) => KEYS.flatMap((key) => key(instance).filter((value) => value !== null && value.length > 2) as string[])));
  const are = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  throw new SsmlabError('instance-not-found', `no instance is called "${query}"`, { hint: near.length > 0 ? `${are} \`ssmlab list\` shows all` : `${are}; \`ssmlab list\` shows all` });
}
