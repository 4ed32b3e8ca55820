/** The way into a namespace of the running lab for programs of the host: `nsenter` by the lab's first process. */
import type { FabricNamespaces } from '../fabric.js';
import type { HolderClient } from './holder-client.js';
import { NETWORK_NAMESPACES } from './holder/protocol.js';
import type { Layout } from './plan/layout.js';
import { INTERNET_NAMESPACE } from './plan/state.js';

/** What stands before a program's own words. Its `/proc` is the lab's, and it ends with the lab; PATH has to lead to `nsenter`. */
export function entranceArgv(holder: Pick<HolderClient, 'firstProcess' | 'uidMode'>, namespace: string): string[] {
  // With one uid, who enters has no right to drop groups.
  const keep = holder.uidMode === 'single' ? ['--preserve-credentials'] : [];
  const lab = ['nsenter', '-t', String(holder.firstProcess), '-U', '-m', '-p', ...keep];
  return namespace === INTERNET_NAMESPACE ? [...lab, '-n', '--'] : [...lab, '--', 'nsenter', `--net=${NETWORK_NAMESPACES}/${namespace}`, '--'];
}

/** The namespaces in which a region's packets can be seen as AWS's customers could: its instances, its NAT gateways, and the internet. */
export function namespacesOf(holder: HolderClient, layout: Layout, region: string): FabricNamespaces {
  const machines = [...layout.machines.values()].filter((machine) => machine.region === region);
  const vpcs = layout.vpcs.filter(({ network }) => network.region === region);
  const nats = layout.natGateways.filter(({ port }) => vpcs.some((vpc) => vpc.portOf.get(port.node.id) === port));
  return {
    uidMode: holder.uidMode,
    namespaces: [
      { kind: 'internet', entrance: entranceArgv(holder, INTERNET_NAMESPACE) },
      ...nats.map(({ namespace, port }) => ({ kind: 'nat-gateway', id: port.node.natGateway?.natGatewayId, entrance: entranceArgv(holder, namespace) }) as const),
      ...machines.map(({ namespace, instanceId }) => ({ kind: 'instance', id: instanceId, entrance: entranceArgv(holder, namespace) }) as const),
    ],
  };
}
