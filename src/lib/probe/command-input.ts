/** Input for a command by Session Manager: the document that runs it has none (`protocol.md` §6), so it goes along in the line. */
import { SsmlabError } from '../errors.js';

/** Longest value of a parameter of StartSession, in characters (SessionManagerParameterValue of the API's model). */
const LONGEST_LINE = 65_535;

const wrapped = (line: string, input: string): string => `printf %s '${input}' | base64 -d | {\n${line}\n}`;

/** The line with all of `input` on its stdin; it is read to its end before. `usage` when that is more than a line can hold, about 48 kB. */
export async function withInput(line: string, input: AsyncIterable<Buffer | string>): Promise<string> {
  const most = Math.max(0, Math.floor((LONGEST_LINE - wrapped(line, '').length) / 4) * 3);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > most) throw new SsmlabError('usage', `stdin has more than ${most} bytes, which is what StartSession takes beside this command`, { hint: 'copy the file first: `ssmlab proxy --help` has the scp line' });
  }
  return wrapped(line, Buffer.concat(chunks).toString('base64'));
}
