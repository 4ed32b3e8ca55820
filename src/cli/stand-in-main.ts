/** The program that `session-manager-plugin` in the folder of {@link writeStandIn} runs. */
import { standIn } from './stand-in.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
await standIn(process.argv.slice(2), process.env, (text) => void process.stdout.write(text));
// Stdin may still be open, and a terminal never ends by itself.
process.stdout.write('', () => process.exit(0));
