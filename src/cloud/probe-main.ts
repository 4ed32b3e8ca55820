/** The probe as a program of its own, for `ssmlab local doctor`: prints what {@link probe} found as one line of JSON. */
import { probe } from './probe.js';

process.stdout.write(`${JSON.stringify(await probe())}\n`);
