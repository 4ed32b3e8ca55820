import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { confirmDestroy } from '../../../src/cli/destroy-confirm.js';
import type { LabContext } from '../../../src/cli/lab-context.js';

it('names the key file among what goes where it is here, and not where it is elsewhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-confirm-'));
  const keyFile = join(folder, 'id_ed25519');
  const context = { home: folder, stack: 'lab', target: { kind: 'local', region: 'ap-northeast-1' }, lab: { keyFile } } as unknown as LabContext;
  const said = async (): Promise<string> => {
    const lines: string[] = [];
    await confirmDestroy(context, { stackId: 's', status: 'CREATE_COMPLETE', resources: [], keyNames: ['lab-key'], volumeIds: [], created: undefined }, { ends: [], yes: true, canAsk: false, say: (line) => void lines.push(line), signal: new AbortController().signal });
    return lines.join('\n');
  };
  try {
    expect(await said()).toMatch(/key pair +lab-key$/mu);
    writeFileSync(keyFile, '');
    expect(await said()).toMatch(/key pair +lab-key, and its file here$/mu);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
