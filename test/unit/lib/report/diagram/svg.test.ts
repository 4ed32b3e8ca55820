import { describe, expect, it } from 'vitest';
import { type Scene, sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { svgDiagram } from '../../../../../src/lib/report/diagram/svg.js';
import { cellWidth } from '../../../../../src/lib/report/table.js';
import { HOSTILE } from '../verify-file/outcomes.js';
import { type Element, everyElement, parseXml, textOf } from '../xml.js';
import { brokenLab, halfLab, healthyLab, lab, large } from './networks.js';

const read = (scene: Scene): Element => parseXml(svgDiagram(scene));
const named = (root: Element, name: string): Element[] => everyElement(root).filter((element) => element.name === name);
const TAGS = ['svg', 'title', 'desc', 'style', 'rect', 'text', 'g', 'circle', 'path', 'polygon'];
const { snapshot, predictions } = large();
const scenes = { healthy: sceneOf(lab, healthyLab), broken: sceneOf(lab, brokenLab), half: sceneOf(lab, halfLab), large: sceneOf(snapshot, predictions), unpredicted: sceneOf(lab, new Map()), nothing: { ...sceneOf(lab, healthyLab), vpcs: [] } };

describe('the diagram as SVG', () => {
  it.each(Object.entries(scenes))('is well-formed, asks nobody for anything, and keeps within its sheet: %s', (_, scene) => {
    const root = read(scene);
    for (const element of everyElement(root)) {
      expect(TAGS).toContain(element.name);
      for (const name of Object.keys(element.attributes)) expect(name).not.toMatch(/^on|href|^style$/u);
    }
    expect(named(root, 'style').map(textOf).join('')).not.toMatch(/@import|url\(/u);
    const [, , width = 0, height = 0] = (root.attributes['viewBox'] ?? '').split(' ').map(Number);
    const numbers = everyElement(root).flatMap(({ attributes, name }) => name === 'path'
      ? (attributes['d'] ?? '').replace('M', '').split('L').map((point) => point.split(' ').map(Number) as [number, number])
      : attributes['x'] === undefined ? [] : [[Number(attributes['x']), Number(attributes['y'])], [Number(attributes['x']) + Number(attributes['width'] ?? 0), Number(attributes['y']) + Number(attributes['height'] ?? 0)]] as [number, number][]);
    expect(numbers.filter(([x, y]) => !(x >= 0 && x <= width && y >= 0 && y <= height))).toEqual([]);
  });

  it('says in words what it shows', () => {
    const [title] = named(read(scenes.broken), 'title');
    const [about] = named(read(scenes.broken), 'desc');
    expect(read(scenes.broken).attributes).toMatchObject({ 'role': 'img', 'aria-labelledby': `${title?.attributes['id']} ${about?.attributes['id']}` });
    expect(textOf(title ?? read(scenes.broken))).toBe('ssmlab in ap-northeast-1');
    expect(textOf(about ?? read(scenes.broken))).toContain('4 Instance4: Session Manager: closed, through endpoint vpce-00000000000000001, endpoint vpce-00000000000000002; sg-0000000000000000e: no rule admits tcp/443 from sg-00000000000000004.');
  });

  it('says a verdict by sign and by line, not by colour alone', () => {
    const root = read(scenes.half);
    // A check is one stroke, a cross two, a question mark a text; the legend has one of each.
    const discs = (verdict: string): number => named(root, 'circle').filter((element) => element.attributes['class'] === `f-${verdict}` && Number(element.attributes['r']) >= 6).length;
    expect(named(root, 'path').filter((element) => element.attributes['class'] === 'sign')).toHaveLength(discs('open') + 2 * discs('closed'));
    expect(named(root, 'text').filter((element) => textOf(element) === '?')).toHaveLength(discs('unknown'));
    expect([discs('open'), discs('closed'), discs('unknown')]).toEqual([2, 5, 3]);
    expect(svgDiagram(scenes.half)).toMatch(/\.closed \{[^}]*stroke-dasharray: 7 5[^}]*\} \.net \.unknown \{[^}]*stroke-dasharray: 1\.5 5/u);
  });

  it('writes no text over another on its line', () => {
    const long = sceneOf({ ...lab, instances: lab.instances.map((instance) => ({ ...instance, name: 'n'.repeat(200), privateIpv4: '100.100.100.100', publicIpv4: '200.200.200.200' })), names: Object.fromEntries(Object.keys(lab.names).map((key) => [key, 'N'.repeat(200)])) }, brokenLab);
    for (const scene of [...Object.values(scenes), long]) {
      const spans = named(read(scene), 'text').filter(({ attributes }) => attributes['text-anchor'] !== 'middle').map((element) => {
        const width = cellWidth(textOf(element)) * (/mono/u.test(element.attributes['class'] ?? '') ? 7.2 : 6.5);
        const x = Number(element.attributes['x']) - (element.attributes['text-anchor'] === 'end' ? width : 0);
        return { y: Number(element.attributes['y']), from: x, to: x + width, text: textOf(element) };
      });
      const over = spans.flatMap((a, at) => spans.slice(at + 1).filter((b) => Math.abs(a.y - b.y) < 8 && a.from < b.to && b.from < a.to).map((b) => `${a.text} / ${b.text}`));
      expect(over).toEqual([]);
    }
  });

  it.each(HOSTILE)('has a name as text only: %j', (text) => {
    const instances = lab.instances.map((instance) => ({ ...instance, name: text }));
    const names = Object.fromEntries(Object.keys(lab.names).map((key) => [key, text]));
    const count = (root: Element): number => everyElement(root).filter(({ name }) => name !== 'text').length;
    expect(count(read(sceneOf({ ...lab, instances, names, stack: text, region: text }, healthyLab)))).toBe(count(read(scenes.healthy)));
  });
});
