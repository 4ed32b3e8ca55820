/** What a child process says, line by line. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Both outputs; an empty line is none. */
export function onLines(child: ChildProcess, line: (text: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    stream.on('error', () => undefined);
    createInterface({ input: stream }).on('line', (text) => {
      if (text !== '') line(text);
    });
  }
}
