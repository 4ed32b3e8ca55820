/** The lab's own programs on a machine, by path under /usr/local. */
import { INIT } from './init.js';
import { EC2_METADATA } from './metadata.js';
import { POWER } from './power.js';
import { BECOME, ELEVATE, SU, SUDO } from './sudo.js';

export const PROGRAMS: Readonly<Record<string, string>> = {
  'bin/ec2-metadata': EC2_METADATA,
  'bin/su': SU,
  'bin/sudo': SUDO,
  'lib/ssmlab/become': BECOME,
  'lib/ssmlab/elevate': ELEVATE,
  'lib/ssmlab/init': INIT,
  'sbin/halt': POWER,
  'sbin/poweroff': POWER,
  'sbin/reboot': POWER,
  'sbin/shutdown': POWER,
};
