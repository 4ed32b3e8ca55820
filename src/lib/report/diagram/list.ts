/** What the drawing shows as a list, for a terminal that is too narrow for it: instances and what else there is under subnet under VPC, their ways in words. */
import { printable } from '../printable.js';
import type { Style } from '../style.js';
import { wrapped } from '../wrap.js';
import type { Scene, SceneInstance, SceneThing, SceneVpc, WayVerdict } from './scene.js';
import { legText, vpcParts } from './words.js';

/** Text as lines that fit, those below the first two cells further in. */
function lines(indent: number, text: string, width: number): string[] {
  return wrapped(text, width - indent - 2).map((line, at) => `${' '.repeat(at === 0 ? indent : indent + 2)}${line}`);
}

const mark = (verdict: WayVerdict, style: Style): string => ({ open: style.good(style.ok), closed: style.bad(style.fail), unknown: style.doubt(style.unknown) })[verdict];

function instanceLines(instance: SceneInstance, style: Style, width: number): string[] {
  const { number, name, state, verdict, privateIp, publicIp, legs } = instance;
  const addresses = [privateIp, publicIp].filter((address) => address !== null);
  const ways = legs.length === 0 ? ['no way in is predicted'] : legs.map((leg) => printable(legText(leg)));
  return [
    ...lines(4, `${mark(verdict, style)} ${[`${number} ${printable(name)}`, ...(state === 'running' ? [] : [state]), ...addresses].join('  ')}`, width),
    ...ways.flatMap((way) => lines(6, way, width)),
  ];
}

function thingLines(thing: SceneThing, style: Style, width: number): string[] {
  if (thing.kind === 'instance') return instanceLines(thing, style, width);
  const { id, name } = thing;
  const parts = thing.kind === 'nat-gateway' ? ['NAT gateway', ...(thing.publicIp === null ? [] : [thing.publicIp]), ...(thing.state === 'available' ? [] : [thing.state])] : [`endpoint ${printable(thing.service)}`, thing.privateIp];
  return lines(4, [...(name === null ? [] : [printable(name)]), id, ...parts].join('  '), width);
}

function vpcLines(vpc: SceneVpc, style: Style, width: number): string[] {
  const { internetGateway: gateway, empty } = vpc;
  return [
    ...lines(0, style.strong(vpcParts(vpc).join('  ')), width),
    ...lines(2, style.dim(gateway === null ? 'no internet gateway' : ['internet gateway', ...(gateway.name === null ? [] : [printable(gateway.name)]), gateway.id].join('  ')), width),
    ...vpc.subnets.flatMap((subnet) => [
      ...lines(2, [...(subnet.name === null ? [] : [style.strong(printable(subnet.name))]), style.dim(subnet.subnetId), subnet.cidr].join('  '), width),
      ...subnet.things.flatMap((thing) => thingLines(thing, style, width)),
    ]),
    ...(empty === 0 ? [] : lines(2, style.dim(`${empty === 1 ? '1 subnet has' : `${empty} subnets have`} nothing of it`), width)),
    '',
  ];
}

/** Every VPC of the scene, an empty line after each. What is in none is among the notes, as under the drawing. */
export const sceneLines = (scene: Scene, style: Style, width: number): string[] => scene.vpcs.flatMap((vpc) => vpcLines(vpc, style, width));
