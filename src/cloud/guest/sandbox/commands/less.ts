/** less: forward and back, search, several files; without a terminal it is cat. */
import type { Command } from './call.js';
import { UsageError } from './call.js';
import { layoutOf, PagerScreen, type Switches, textOf } from './pager-screen.js';

export const less: Command = async (call) => {
  const { process } = call;
  const options = call.options('eEFiIMmNnRrSsX', { 'quit-at-eof': 'e', 'QUIT-AT-EOF': 'E', 'quit-if-one-screen': 'F', 'ignore-case': 'i', 'IGNORE-CASE': 'I', 'LINE-NUMBERS': 'N', 'RAW-CONTROL-CHARS': 'R', 'chop-long-lines': 'S', 'squeeze-blank-lines': 's', 'no-init': 'X' });
  const operands = options.operands.filter((operand) => !operand.startsWith('+'));
  const start = options.operands.filter((operand) => operand.startsWith('+')).map((operand) => operand.slice(1));
  const { tty } = process;
  if (operands.length === 0 && process.files.get(0)?.kind === 'terminal') throw new UsageError('Missing filename ("less --help" for help)');
  if (tty === undefined || process.files.get(1)?.kind !== 'terminal' || tty.rows < 2) {
    return call.eachInput(operands, async (file) => {
      for await (const chunk of call.chunks(file)) await process.write(1, chunk);
    });
  }
  const switches: Switches = {
    chop: options.has('S'), numbers: options.has('N'), colours: options.has('R') || options.has('r'), squeeze: options.has('s'),
    ignoreCase: options.has('I') ? 'yes' : options.has('i') ? 'smart' : 'no', quitAtEnd: options.has('E') ? 'first' : options.has('e') ? 'second' : 'no',
  };
  const layout = layoutOf(tty, switches);
  const names: string[] = [];
  const status = await call.eachInput(operands, async (_file, path) => void names.push(path));
  const [first] = names;
  if (first === undefined) return status;
  const text = textOf(call, first, layout);
  if (options.has('F') && names.length === 1) {
    await text.read(() => text.rows.length >= tty.rows);
    if (text.ended && text.rows.length < tty.rows) {
      for (const { text: row } of text.rows) await call.line(row);
      return status;
    }
  }
  await call.flush();
  await new PagerScreen(call, tty, names, text, switches).run(start);
  return status;
};
