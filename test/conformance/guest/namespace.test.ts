/** Guests of real processes keep the promises of every guest, where the host has namespaces. */
import { describe, it } from 'vitest';
import { createNamespaceGuestHost } from '../../../src/cloud/guest/namespace/host.js';
import { namespacesMissing, realNamespaces, UID_MODE } from '../../unit/cloud/guest/namespace/real-namespaces.js';
import { silentFabric } from '../../unit/cloud/guest/sandbox/bundled-worker.js';
import { describeGuest, SPECIFICATION } from './guest-conformance.js';

const missing = namespacesMissing();

describe.runIf(missing === undefined)(`real processes, ${UID_MODE} uid`, () => {
  describeGuest({
    boot: () => createNamespaceGuestHost({ fabric: silentFabric(), namespaces: realNamespaces(), log: () => undefined, certificateAuthority: 'the lab\'s CA\n' }).boot(SPECIFICATION),
    separatesUsers: UID_MODE === 'multi',
  });
});

describe.runIf(missing !== undefined)('real processes', () => {
  it.skip(`are not to be had here: ${missing}`);
});
