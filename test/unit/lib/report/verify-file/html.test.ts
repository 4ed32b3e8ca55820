import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { htmlFile } from '../../../../../src/lib/report/verify-file/html.js';
import type { VerifyOutcome } from '../../../../../src/lib/report/verify-file/outcome.js';
import { brokenLab, lab } from '../diagram/networks.js';
import { broken, failed, healthy, hostile, hostileError } from './outcomes.js';

const drawn = ({ result, ...outcome }: VerifyOutcome): VerifyOutcome => ({ ...outcome, result: result.kind === 'report' ? { ...result, scene: sceneOf(lab, brokenLab) } : result });
const pages = Object.entries({ healthy, broken: drawn(broken), hostile: drawn(hostile), failed, ...Object.fromEntries(hostileError.map((outcome, at) => [`hostile error ${at}`, outcome])) });

const TAGS = new Set(['html', 'head', 'meta', 'link', 'title', 'style', 'body', 'header', 'h1', 'h2', 'dl', 'div', 'dt', 'dd', 'main', 'section', 'table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'br', 'span', 'details', 'summary', 'strong', 'figure', 'p', 'svg', 'g', 'desc', 'rect', 'path', 'circle', 'polygon', 'text']);
const ATTRIBUTES = new Set(['lang', 'charset', 'http-equiv', 'content', 'name', 'rel', 'class', 'scope', 'open', 'id', 'role', 'aria-label', 'aria-labelledby', 'xmlns', 'viewBox', 'width', 'height', 'x', 'y', 'rx', 'r', 'cx', 'cy', 'd', 'points', 'text-anchor', 'href']);

describe('the page', () => {
  it.each(pages)('has no element and no attribute but its own, whatever it shows: %s', (_, outcome) => {
    const page = htmlFile(outcome).replace(/<style>[\s\S]*?<\/style>/u, '').replace('<!doctype html>', '');
    const tags = [...page.matchAll(/<\/?([a-z0-9]+)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*\/?>/giu)];
    expect(page.replaceAll(/<\/?([a-z0-9]+)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*\/?>/giu, '')).not.toMatch(/[<>"']/u);
    for (const [, tag = '', attributes = ''] of tags) {
      expect(TAGS.has(tag), tag).toBe(true);
      for (const [, name = '', value] of attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/gu)) {
        expect(ATTRIBUTES.has(name), name).toBe(true);
        if (name === 'href') expect(value).toBe('data:,');
      }
    }
  });

  it.each(pages)('has one style, which its policy names by its hash, and a policy that lets nothing else in: %s', (_, outcome) => {
    const page = htmlFile(outcome);
    const [style, ...more] = [...page.matchAll(/<style>([\s\S]*?)<\/style>/gu)].map((match) => match[1] ?? '');
    expect(more).toEqual([]);
    expect(style).not.toMatch(/@import|url\(/u);
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${createHash('sha256').update(style ?? '').digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'"`);
    expect(page).not.toContain(' style=');
  });

  it('has what is wrong first, the drawing, and every claim under its instance', () => {
    const page = htmlFile(drawn(broken));
    const order = ['1 claim is broken, 1 is unknown.', 'What does not hold', '4 Instance4', 'TargetNotConnected', 'to blame: sg-0e', 'aria-labelledby="net-title net-about"', 'Every claim', '<details><summary><strong>1 Instance1</strong> 1 holds', '<details open><summary><strong>4 Instance4</strong> 1 broken, 1 unknown'];
    const places = order.map((text) => page.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places.includes(-1)).toBe(false);
    expect(htmlFile(healthy)).not.toContain('What does not hold');
  });

  it('says that it could not be judged, and the next step', () => {
    expect(htmlFile(failed)).toContain('<h2>no stack &quot;&lt;ssmlab&gt;&quot;\\e[2J is in ap-northeast-1</h2><p>[no-lab]</p><p>hint: run `ssmlab deploy` first</p>');
  });
});
