import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeBundle } from '../../../../../src/lib/target/local/bundle.js';

const OURS = '-----BEGIN CERTIFICATE-----\nours\n-----END CERTIFICATE-----';
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ssmlab-bundle-'));
  mkdirSync(join(home, 'cloud'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('has the local cloud\'s authority beside the usual ones, and written twice it is the same', async () => {
  const file = await writeBundle(home, `${OURS}\n`, undefined);
  const text = readFileSync(file, 'utf8');
  expect(text).toBe(`${OURS}\n${rootCertificates.join('\n')}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await writeBundle(home, `${OURS}\n`, file)).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('keeps those of the file that is named now, a company\'s', async () => {
  const company = join(home, 'company.pem');
  writeFileSync(company, 'company\n');
  expect(readFileSync(await writeBundle(home, OURS, company), 'utf8')).toBe(`${OURS}\ncompany\n`);
  expect(readFileSync(await writeBundle(home, OURS, join(home, 'gone.pem')), 'utf8')).toContain(rootCertificates[0]);
});
