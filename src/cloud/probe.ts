/** Can this machine carry real packets and real processes? The fabric's probe, with a machine's root file system rehearsed in it. */
import { type Probe, probeNamespaces } from './fabric/netns/probe.js';
import { missingGuestPrograms } from './guest/namespace/requirements.js';
import { rootScript } from './guest/namespace/root-script.js';

/** Of no instance: only that it can be made counts. */
const REHEARSED = rootScript({
  specification: { region: 'us-east-1', instanceId: 'i-00000000000000000', networkInterfaceId: 'eni-00000000000000000', privateIp: '10.0.1.16', hostName: 'ip-10-0-1-16', domainName: 'ec2.internal', architecture: 'x86_64', authorizedKeys: [] },
  certificateAuthority: undefined,
  uidMode: 'single',
});

/** What goes on in it afterwards: its mounts are locked, a user of a one-uid machine, a terminal. */
const SESSION = `unshare --user --mount true
unshare --user --map-user=1000 --map-group=1000 -- setpriv --no-new-privs -- true
script -qefc true /dev/null > /dev/null`;

export const probe = (): Promise<Probe> => probeNamespaces({ machine: { script: `${REHEARSED}\n${SESSION}`, missing: missingGuestPrograms() } });
