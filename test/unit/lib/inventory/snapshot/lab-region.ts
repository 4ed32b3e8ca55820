/** A region in this process, and the tool's target in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackApi } from '../../../../../src/lib/stack/api.js';
import { deploy } from '../../../../../src/lib/stack/deploy.js';
import { pauseUntil } from '../../../../../src/lib/stack/pause.js';
import type { Credentials, Target } from '../../../../../src/lib/target/target.js';
import { startModelRegion, type ModelRegion } from '../../../../conformance/api-model/region.js';

export const REGION = 'ap-northeast-1';

export interface LabRegion extends ModelRegion {
  readonly target: Target;
  /** The same as somebody else. */
  as(credentials: Credentials): Target;
  /** Deploys the lab and waits for its agents, or another template and does not. */
  deploy(stack: string, template?: string): Promise<void>;
}

export async function startLabRegion(): Promise<LabRegion> {
  const region = await startModelRegion();
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-key-'));
  const as = (credentials: Credentials): Target => ({
    kind: 'local', region: REGION, endpoint: region.url, credentials: () => Promise.resolve(credentials), pollSeconds: 0.1, payloadBytes: 1024, defaultClient: 'native', fabric: 'computed',
    dial: (host, port) => Promise.resolve(connect(port, host)),
  });
  const target = as(region.secrets.lab);
  return {
    ...region,
    target,
    as,
    deploy: async (stack, template) => {
      const options = { stack, template, keyFile: join(folder, stack, 'key.pem'), makeFolder: () => Promise.resolve(), pollSeconds: 0.1, pause: pauseUntil(), agentSeconds: 60 };
      for await (const event of deploy(stackApi(target), options)) if (template !== undefined && event.kind === 'agents') break;
    },
    close: async () => {
      await region.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
