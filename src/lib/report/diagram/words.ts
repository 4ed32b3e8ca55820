/** What the drawings say in the same words. */
import { printable } from '../printable.js';
import type { Scene, SceneInstance, SceneLeg, SceneVpc } from './scene.js';
import { instancesOf } from './scene.js';

export const CARRIES = { aws: 'AWS', netns: 'local cloud, netns fabric', computed: 'local cloud, computed fabric' } as const;

/** `2026-11-29 20:15 UTC`, or the text as it is where it is no time. */
export const momentText = (iso: string): string => /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/u.exec(iso)?.slice(1, 3).join(' ').concat(' UTC') ?? iso;

/** `3 ways in are open, 1 is closed`. */
export function waysText(scene: Scene): string {
  const all = instancesOf(scene);
  const count = (verdict: SceneInstance['verdict']): number => all.filter((instance) => instance.verdict === verdict).length;
  const [open, closed, unknown] = [count('open'), count('closed'), count('unknown')];
  const said = [open === 0 ? 'no way in is open' : `${open === 1 ? '1 way in is' : `${open} ways in are`} open`, ...(closed === 0 ? [] : [`${closed} closed`]), ...(unknown === 0 ? [] : [`${unknown} unknown`])];
  return said.join(', ');
}

/** `VPC1  vpc-0a  10.0.0.0/16`, in parts. */
export const vpcParts = (vpc: SceneVpc): string[] => [...(vpc.name === null ? [] : [printable(vpc.name)]), vpc.vpcId, ...vpc.cidrs];

const WORDS = { 'nat-gateway': 'NAT gateway', 'internet-gateway': 'internet gateway', 'vpc-endpoint': 'endpoint', 'other': 'not modelled:' } as const;

/** A leg's road in words, for who cannot see it: `Session Manager: open, through NAT gateway nat-0a, internet gateway igw-0b`. */
export function legText(leg: SceneLeg): string {
  const name = leg.way === 'ssh-key-pair' ? 'SSH' : `Session Manager${leg.services.length === 1 ? ` (${leg.services.join()})` : ''}`;
  const through = leg.stops.length === 0 ? '' : `, through ${leg.stops.map((stop) => `${WORDS[stop.kind]} ${stop.id}`).join(', ')}`;
  return `${name}: ${leg.verdict}${through}${leg.why === '' ? '' : `; ${leg.by}: ${leg.why}`}`;
}

/** One sentence an instance. */
export function instanceText(instance: SceneInstance): string {
  const ways = instance.legs.length === 0 ? 'no way in is predicted' : instance.legs.map(legText).join('; ');
  return `${instance.number} ${instance.name}${instance.state === 'running' ? '' : ` (${instance.state})`}: ${ways}`;
}

/** What the drawing leaves out: instances without a place, and what could not be read. */
export function notesOf(scene: Scene): string[] {
  return [
    ...scene.unplaced.map((instance) => `in no subnet: ${instanceText(instance)}`),
    ...(scene.unread.length === 0 ? [] : [`could not be read: ${scene.unread.join(', ')}`]),
  ];
}
