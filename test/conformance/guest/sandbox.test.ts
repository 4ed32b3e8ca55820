/** The sandbox keeps the promises of every guest. */
import { describe } from 'vitest';
import { createSandboxGuestHost } from '../../../src/cloud/guest/sandbox/host.js';
import { bundleWorker, silentFabric } from '../../unit/cloud/guest/sandbox/bundled-worker.js';
import { describeGuest, SPECIFICATION } from './guest-conformance.js';

describe('the sandbox', () => {
  describeGuest({
    boot: async () => createSandboxGuestHost({ fabric: silentFabric(), workerUrl: await bundleWorker(), log: () => undefined, now: Date.now, certificateAuthority: 'the lab\'s CA\n' }).boot(SPECIFICATION),
    separatesUsers: true,
  });
});
