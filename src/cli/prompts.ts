/** Questions to a person, on stderr so that stdout stays data. @inquirer/prompts is loaded only when one is asked. */
import { SsmlabError } from '../lib/errors.js';
import type { ListedInstance } from '../lib/inventory/instance.js';
import { printable } from '../lib/report/printable.js';

/** Yes or no, no by default. Throws `declined` on no, `interrupted` on Ctrl-C. */
export async function confirmOrDecline(question: string, what: string): Promise<void> {
  const { confirm } = await import('@inquirer/prompts');
  const yes = await confirm({ message: question, default: false }, { output: process.stderr });
  if (!yes) throw new SsmlabError('declined', `${what} was declined`);
}

/** Line of the picker for an instance. */
export function pickerLine(instance: ListedInstance): string {
  const parts = [instance.instanceId, instance.path, instance.auth, instance.privateIpv4, instance.publicIpv4, instance.agent].filter((part) => part !== null);
  return `${instance.number}  ${printable(instance.name)}  ${parts.join(' · ')}`;
}

/** The instances whose line holds every word of the term, whatever their order. */
export function filterInstances<Instance extends ListedInstance>(instances: readonly Instance[], term: string | undefined): Instance[] {
  const words = (term ?? '').toLowerCase().split(/\s+/u).filter((word) => word !== '');
  return instances.filter((instance) => words.every((word) => pickerLine(instance).toLowerCase().includes(word)));
}

/** A list to choose from that narrows as one types. */
export async function pickInstance<Instance extends ListedInstance>(instances: readonly Instance[]): Promise<Instance> {
  const { search } = await import('@inquirer/prompts');
  return search(
    {
      message: 'Connect to',
      source: (term) => filterInstances(instances, term).map((instance) => ({ name: pickerLine(instance), short: printable(instance.name), value: instance })),
    },
    { output: process.stderr },
  );
}
