/** The lab's own programs on a machine, by path under /usr/local. */
import { EC2_METADATA } from './metadata.js';
import { INIT } from './init.js';

export const PROGRAMS: Readonly<Record<string, string>> = {
  'bin/ec2-metadata': EC2_METADATA,
  'lib/ssmlab/init': INIT,
};
