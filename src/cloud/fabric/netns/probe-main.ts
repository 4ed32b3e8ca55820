/** The probe as a program of its own, for `ssmlab local doctor`: prints what {@link probeNamespaces} found as one line of JSON. */
import { probeNamespaces } from './probe.js';

process.stdout.write(`${JSON.stringify(await probeNamespaces())}\n`);
