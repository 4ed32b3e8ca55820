/** What opening SSH may have to ask: a passphrase, and whether a host key is the instance's. On stderr, as all questions. */
import { printable } from '../lib/report/printable.js';
import type { Questions } from '../lib/ssh/questions.js';

/** The questions of a terminal; rejects on Ctrl-C, as all questions do. */
export function sshQuestions(say: (line: string) => void, signal: AbortSignal): Questions {
  const context = { output: process.stderr, signal };
  return {
    passphrase: async (file, wrong) => {
      const { password } = await import('@inquirer/prompts');
      return password({ message: `${wrong === 0 ? '' : 'That is not it. '}Passphrase of ${printable(file)}` }, context);
    },
    trust: async ({ where, instanceId, key, why }) => {
      const { confirm } = await import('@inquirer/prompts');
      say(`The host key of ${printable(where)} is not known: ${printable(why)}.`);
      say(`  ${key}`);
      say(`  On ${instanceId} \`ssh-keygen -lf\` of the .pub files in /etc/ssh shows the same, if it is the instance that answers.`);
      return confirm({ message: 'Trust it from now on?', default: false }, context);
    },
  };
}
