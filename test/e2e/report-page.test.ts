/** The HTML page and the SVG in a real browser: what they ask for, what they run, what is to be read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sceneOf } from '../../src/lib/report/diagram/scene.js';
import { svgDiagram } from '../../src/lib/report/diagram/svg.js';
import { htmlFile } from '../../src/lib/report/verify-file/html.js';
import type { VerifyOutcome } from '../../src/lib/report/verify-file/outcome.js';
import { brokenLab, healthyLab, lab } from '../unit/lib/report/diagram/networks.js';
import { broken, failed, healthy, HOSTILE, hostile } from '../unit/lib/report/verify-file/outcomes.js';
import { Browser, browserProgram } from './browser.js';

const ATTACK = '<script>window.owned = 1; alert(1); fetch("http://127.0.0.1:9/")</script><img src="http://127.0.0.1:9/x.png" onerror="window.owned = 2"><svg onload="window.owned = 3"><style>@import "http://127.0.0.1:9/y.css";</style>';

/** Names that are an attack each, in every place that shows one. */
const attacked = (text: string) => sceneOf({ ...lab, stack: text, region: text, instances: lab.instances.map((instance) => ({ ...instance, name: text })), names: Object.fromEntries(Object.keys(lab.names).map((key) => [key, text])) }, brokenLab);
const withScene = ({ result, ...outcome }: VerifyOutcome, scene: ReturnType<typeof sceneOf>): VerifyOutcome => ({ ...outcome, result: result.kind === 'report' ? { ...result, scene } : result });

const INERT = ['window.owned', 'document.scripts.length', '[...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on") || n === "src").length', 'document.querySelectorAll("img, iframe, object, embed, foreignObject").length'];

describe.skipIf(browserProgram === undefined)(`the page in a browser${browserProgram === undefined ? ' (no chromium on PATH)' : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-page-'));
  const asked: string[] = [];
  let browser: Browser;
  let server: Server;
  let origin = '';
  const files: Readonly<Record<string, string>> = {
    'broken.html': htmlFile(withScene(broken, sceneOf(lab, brokenLab))),
    'healthy.html': htmlFile(withScene(healthy, sceneOf(lab, healthyLab))),
    'failed.html': htmlFile(failed),
    'hostile.html': htmlFile(withScene(hostile, attacked(ATTACK))),
    'lab.svg': svgDiagram(sceneOf(lab, brokenLab)),
    'hostile.svg': svgDiagram(attacked(ATTACK)),
  };
  const fileUrl = (name: string): string => pathToFileURL(join(folder, name)).href;

  beforeAll(async () => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const text = files[(request.url ?? '').slice(1)];
      response.writeHead(text === undefined ? 204 : 200, { 'content-type': request.url?.endsWith('.svg') === true ? 'image/svg+xml' : 'text/html; charset=utf-8' }).end(text);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = new Browser(browserProgram ?? '');
    await browser.send('Browser.getVersion');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.keys(files))('asks for nothing, complains of nothing and runs nothing, from a file and from a server: %s', async (name) => {
    for (const url of [fileUrl(name), `${origin}/${name}`]) {
      const before = asked.length;
      const seen = await browser.look(url, INERT);
      // What begins with `data:` is in the page itself. A drawing alone cannot say that it has no icon: a browser asks its server by itself.
      const own = (path: string): boolean => !path.startsWith('data:') && !(name.endsWith('.svg') && path.endsWith('/favicon.ico'));
      expect(seen.requests.filter(own)).toEqual([url]);
      expect(seen.complaints).toEqual([]);
      expect(seen.values.map((value) => value ?? null)).toEqual([null, 0, 0, 0]);
      if (url.startsWith('http')) expect(asked.slice(before).filter(own)).toEqual([`/${name}`]);
    }
  });

  it('the check sees what a page without protection would do', async () => {
    writeFileSync(join(folder, 'bad.html'), `<!doctype html><title>x</title><body>${ATTACK}`);
    const { requests, complaints, values } = await browser.look(fileUrl('bad.html'), INERT);
    expect(requests.filter((url) => url.startsWith('http://127.0.0.1:9/')).length).toBeGreaterThanOrEqual(2);
    expect(complaints.join('\n')).toMatch(/dialog: 1/u);
    expect(values[0]).not.toBeNull();
    expect(values.slice(1)).not.toContain(0);
  });

  it('has its policy for what might get through nevertheless', async () => {
    const [style, script] = ['<style>p { color: red }</style>', '<script>window.owned = 1</script>'];
    writeFileSync(join(folder, 'planted.html'), (files['healthy.html'] ?? '').replace('</main>', `${style}${script}<img src="${origin}/planted.png"></main>`));
    const { complaints, values } = await browser.look(fileUrl('planted.html'), ['window.owned ?? null']);
    expect(values).toEqual([null]);
    expect(asked).not.toContain('/planted.png');
    expect(complaints.filter((text) => /Content Security Policy/u.test(text)).length).toBeGreaterThanOrEqual(3);
  });

  it('is read with scripts switched off, as it is with them', async () => {
    const { values: [text] } = await browser.look(fileUrl('broken.html'), ['document.body.innerText'], [['Emulation.setScriptExecutionDisabled', { value: true }]]);
    for (const part of ['1 claim is broken, 1 is unknown.', 'TargetNotConnected', 'to blame: sg-0e (EndpointSecurityGroup): no rule admits tcp/443 from sg-0d', 'your terminal', 'Systems Manager', 'PrivateSubnet2', 'no internet gateway']) expect(text).toContain(part);
  });

  it('shows every hostile name as text', async () => {
    const { values: [text] } = await browser.look(fileUrl('hostile.html'), ['document.body.textContent']);
    for (const name of HOSTILE.filter((each) => /^[ -~]+$/u.test(each) && each.trim() !== '')) expect(text).toContain(name);
    expect(text).toContain('\\u{202e}');
    expect(text).toContain('<script>window.owned');
  });

  it('is light and dark as the reader has it, and can be read in both', async () => {
    const luminance = `const lum = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => { const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };`;
    const expression = `(() => { ${luminance} const paper = getComputedStyle(document.body).backgroundColor; const fills = ['.net text.soft', '.net text.strong', '.net text.f-closed'].map((s) => getComputedStyle(document.querySelector(s)).fill); const words = ['body', 'td.why .by', 'tr.fail td.verdict', 'tr.unknown td.verdict', '.blame', 'thead th'].map((s) => getComputedStyle(document.querySelector(s)).color); return { paper: lum(paper), least: Math.min(...[...fills, ...words].map((c) => ratio(c, paper))) }; })()`;
    for (const [scheme, dark] of [['light', false], ['dark', true]] as const) {
      const { values: [seen] } = await browser.look(fileUrl('broken.html'), [expression], [['Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] }]]);
      const { paper, least } = seen as { readonly paper: number; readonly least: number };
      expect(paper < 0.5, scheme).toBe(dark);
      // WCAG 2, level AA, of normal text.
      expect(least, scheme).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('fits a narrow window: what is wide scrolls by itself', async () => {
    const { values: [wide] } = await browser.look(fileUrl('broken.html'), ['document.documentElement.scrollWidth'], [['Emulation.setDeviceMetricsOverride', { width: 390, height: 800, deviceScaleFactor: 1, mobile: false }]]);
    expect(wide).toBeLessThanOrEqual(390);
  });

  it('writes nothing over anything in the drawing', async () => {
    const expression = `(() => { const boxes = [...document.querySelectorAll('.net text')].filter((t) => !t.classList.contains('sign')).map((t) => ({ t: t.textContent, b: t.getBoundingClientRect() })); const over = []; for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1)) if (a.b.left < b.b.right - 1 && b.b.left < a.b.right - 1 && a.b.top < b.b.bottom - 4 && b.b.top < a.b.bottom - 4) over.push(a.t + ' / ' + b.t); return over; })()`;
    expect((await browser.look(fileUrl('lab.svg'), [expression])).values).toEqual([[]]);
  });

  it('goes on paper, whole', async () => {
    const pdf = await browser.print(fileUrl('broken.html'));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(10_000);
  });
});
