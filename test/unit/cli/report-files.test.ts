import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkReports, parseReports, writeReports } from '../../../src/cli/report-files.js';
import { programName } from '../../../src/cli/self.js';
import { VerifyReports } from '../../../src/cli/verify-reports.js';
import { SsmlabError } from '../../../src/lib/errors.js';
import { jsonFile } from '../../../src/lib/report/verify-file/json.js';
import { indexModel } from '../../../src/lib/vpc/network.js';
import type { WatchEvent } from '../../../src/lib/verify/watch.js';
import type { VerifyReport } from '../../../src/lib/verify/claim.js';
import { lab } from '../lib/report/diagram/networks.js';
import { broken, healthy } from '../lib/report/verify-file/outcomes.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ssmlab-reports-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const parse = (...values: string[]) => parseReports(values, { json: false });

describe('--report', () => {
  it('is repeatable, and several stand in one with commas between them', () => {
    expect(parse('junit=a.xml,html=b,c.html', 'md=-', 'json=d=e.json')).toEqual([{ format: 'junit', file: 'a.xml' }, { format: 'html', file: 'b,c.html' }, { format: 'md', file: '-' }, { format: 'json', file: 'd=e.json' }]);
  });

  it.each([
    [['xml=a'], '--report knows no format "xml"', /the formats are junit, html, md, json/u],
    [['junti=a'], '--report knows no format "junti"', /did you mean junit\?/u],
    [['constructor=a'], '--report knows no format "constructor"', /./u],
    [['a.xml'], '--report knows no format "a.xml"', /./u],
    [['junit'], '--report junit names no file', /junit=FILE/u],
    [['html='], '--report html names no file', /./u],
    [['html=-', 'md=-'], '--report sends html and md to stdout, which takes one', /./u],
    [['html=a', 'md=./a'], '--report names ./a twice', /./u],
  ] as const)('%j is an error of usage', (values, message, hint) => {
    expect(() => parse(...values)).toThrow(expect.objectContaining({ code: 'usage', message, hint: expect.stringMatching(hint) as string }));
  });

  it('does not share stdout with --json', () => {
    expect(() => parseReports(['json=-'], { json: true })).toThrow('--json and --report json=- both want stdout');
    expect(parseReports(['json=a'], { json: true })).toHaveLength(1);
  });

  it('is checked before anything is done', async () => {
    const check = (file: string) => checkReports([{ format: 'html', file }]);
    await check(at('new.html'));
    await check('-');
    await expect(check(at('no/such.html'))).rejects.toMatchObject({ code: 'usage', message: `the html report ${at('no/such.html')} cannot be written: its folder ${at('no')} is not there`, hint: `make it first: \`mkdir -p ${at('no')}\`` });
    writeFileSync(at('file'), '');
    await expect(check(at('file/x.html'))).rejects.toMatchObject({ code: 'usage', message: `the html report ${at('file/x.html')} cannot be written: ${at('file')} is no folder` });
    await expect(check(folder)).rejects.toMatchObject({ code: 'usage', message: `the html report ${folder} cannot be written: it is a folder`, hint: `name a file in it, for example html=${folder}/verify.html` });
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

describe('the files', () => {
  it('are written whole, in place of what was there, through a link, with the mode that was there', async () => {
    writeFileSync(at('old.json'), 'old');
    chmodSync(at('old.json'), 0o600);
    symlinkSync(at('old.json'), at('link.json'));
    const out: string[] = [];
    await writeReports([{ format: 'json', file: at('link.json') }, { format: 'junit', file: at('new.xml') }, { format: 'md', file: '-' }], broken, (text) => out.push(text));
    expect(readFileSync(at('old.json'), 'utf8')).toBe(jsonFile(broken));
    expect(lstatSync(at('link.json')).isSymbolicLink()).toBe(true);
    expect(statSync(at('old.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('new.xml'), 'utf8')).toMatch(/^<\?xml .*<\/testsuites>\n$/su);
    expect(out.join('')).toMatch(/^## ✘ broken/u);
    expect(readdirSync(folder).toSorted()).toEqual(['link.json', 'new.xml', 'old.json']);
  });

  it('that cannot be written keep no other from being written, leave nothing behind, and are an error', async () => {
    mkdirSync(at('gone'));
    const files = [{ format: 'html', file: at('gone/a.html') }, { format: 'json', file: at('b.json') }] as const;
    await checkReports(files);
    rmSync(at('gone'), { recursive: true });
    await expect(writeReports(files, healthy, () => undefined)).rejects.toMatchObject({ code: 'output-failed', message: `the html report ${at('gone/a.html')} cannot be written: its folder ${at('gone')} is not there` });
    expect(readdirSync(folder)).toEqual(['b.json']);
  });

  it('may be a device', async () => {
    await checkReports([{ format: 'json', file: '/dev/null' }]);
    await writeReports([{ format: 'json', file: '/dev/null' }], healthy, () => undefined);
    expect(statSync('/dev/null').isFile()).toBe(false);
  });
});

describe('what verify leaves behind', () => {
  const report = (healthy.result.kind === 'report' ? healthy.result.report : undefined) as VerifyReport;
  const open = (values: readonly string[], environment: NodeJS.ProcessEnv = {}, said: string[] = []) => VerifyReports.open({ values, json: false, watch: false, tool: 'ssmlab 0.1.0', summary: ({ verdict }) => `It is ${verdict}.`, say: (line) => said.push(line), environment });
  afterEach(() => void vi.restoreAllMocks());

  it('has the names of the instances and the drawing, once the snapshot is known', async () => {
    const reports = await open([`html=${at('a.html')}`, `junit=${at('a.xml')}`]);
    expect(reports.takesStdout).toBe(false);
    reports.read({ snapshot: lab, network: indexModel(lab.network), from: '198.51.100.7' });
    await reports.write(report);
    expect(readFileSync(at('a.html'), 'utf8')).toContain('<title id="net-title">ssmlab in ap-northeast-1</title>');
    expect(readFileSync(at('a.xml'), 'utf8')).toContain('<testsuite name="1 Instance1"');
  });

  it('says the error that ended it, and throws it on', async () => {
    const reports = await open([`json=${at('a.json')}`, `junit=${at('a.xml')}`]);
    await expect(reports.guard(() => Promise.reject(new SsmlabError('no-lab', 'no stack "x"')))).rejects.toMatchObject({ code: 'no-lab' });
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toEqual({ error: { code: 'no-lab', message: 'no stack "x"', hint: `run \`${programName()} deploy\` first` } });
    expect(readFileSync(at('a.xml'), 'utf8')).toContain('<error type="no-lab" message="no stack &quot;x&quot;">');
    await expect((await open([`json=${at('b.json')}`])).guard(() => Promise.reject(new TypeError('x is not a function')))).rejects.toThrow(TypeError);
    expect(JSON.parse(readFileSync(at('b.json'), 'utf8'))).toMatchObject({ error: { code: 'fault', message: 'x is not a function' } });
  });

  it('keeps what it says when an error comes after it, and says each step of a watch', async () => {
    const reports = await open([`json=${at('a.json')}`]);
    await expect(reports.guard(async () => {
      await reports.write(report);
      throw new SsmlabError('output-failed', 'stdout');
    })).rejects.toMatchObject({ code: 'output-failed' });
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toMatchObject({ verdict: 'pass' });
    const said: unknown[] = [];
    for await (const event of reports.each((async function* (): AsyncGenerator<WatchEvent> {
      yield { kind: 'error', at: new Date(), seconds: 1, error: new SsmlabError('endpoint-unreachable', 'it is away') };
      yield { kind: 'report', at: new Date(), seconds: 2.5, report, changed: [], gone: [] };
    })())) said.push([event.kind, JSON.parse(readFileSync(at('a.json'), 'utf8'))]);
    expect(said).toMatchObject([['error', { error: { code: 'endpoint-unreachable' } }], ['report', { verdict: 'pass' }]]);
  });

  it('says at once that it was interrupted, and stays with it', async () => {
    const ctrlC = new AbortController();
    const reports = await VerifyReports.open({ values: [`json=${at('a.json')}`], json: false, watch: false, tool: '', summary: () => '', signal: ctrlC.signal, say: () => undefined });
    let end = (): void => undefined;
    const guarded = reports.guard(() => new Promise<void>((resolve) => void (end = resolve)));
    ctrlC.abort(new SsmlabError('interrupted', 'nothing was changed'));
    await vi.waitFor(() => expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toMatchObject({ error: { code: 'interrupted' } }), { timeout: 10_000 });
    end();
    await guarded;
    await reports.write(report);
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toMatchObject({ error: { code: 'interrupted' } });
  });

  it('has of each check of a watch its own duration, and tells once which files it writes', async () => {
    const said: string[] = [];
    const reports = await open([`junit=${at('a.xml')}`, `html=${at('b\nc.html')}`], {}, said);
    const times: unknown[] = [];
    for await (const _ of reports.each((async function* (): AsyncGenerator<WatchEvent> {
      for (const seconds of [1.25, 0.5]) yield { kind: 'report', at: new Date(), seconds, report, changed: [], gone: [] };
      yield { kind: 'error', at: new Date(), seconds: 0.125, error: new SsmlabError('endpoint-unreachable', 'it is away') };
    })())) times.push(/<testsuites [^>]*time="([^"]*)"/u.exec(readFileSync(at('a.xml'), 'utf8'))?.[1]);
    expect(times).toEqual(['1.250', '0.500', '0.125']);
    expect(said).toEqual([`Wrote ${at('a.xml')}, ${at(String.raw`b\nc.html`)}`]);
  });

  it('says nothing of stdout', async () => {
    const said: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    await (await open(['md=-'], {}, said)).write(report);
    expect(said).toEqual([]);
  });

  it('leaves stdout to a watch', async () => {
    await expect(VerifyReports.open({ values: ['json=-'], json: false, watch: true, tool: '', summary: () => '', say: () => undefined })).rejects.toMatchObject({ code: 'usage' });
  });

  it('is nothing when nothing is asked for and no runner reads', async () => {
    const stderr = vi.spyOn(process.stderr, 'write');
    await (await open([], { GITHUB_STEP_SUMMARY: at('summary.md') })).write(report);
    expect(existsSync(at('summary.md'))).toBe(false);
    expect(stderr).not.toHaveBeenCalled();
  });

  it('is a summary and annotations by themselves under GitHub Actions', async () => {
    const written: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    writeFileSync(at('summary.md'), 'before\n');
    const broke = (broken.result.kind === 'report' ? broken.result.report : undefined) as VerifyReport;
    await (await open([], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('summary.md') })).write(broke);
    expect(readFileSync(at('summary.md'), 'utf8')).toMatch(/^before\n## ✘ broken: ssmlab verify\n/u);
    expect(written.map((line) => line.split(' ')[0])).toEqual(['::error', '::warning']);
  });

  it('does not fail for a summary that cannot be written, or that GitHub would not take', async () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    await (await open([], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('no/such') }, said)).write(report);
    writeFileSync(at('full.md'), 'x'.repeat(1024 * 1024));
    await (await open([], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('full.md') }, said)).write(report);
    expect(said).toEqual(['the summary of the step cannot be written: ENOENT', expect.stringContaining('too long') as string]);
    expect(statSync(at('full.md')).size).toBe(1024 * 1024);
  });
});
