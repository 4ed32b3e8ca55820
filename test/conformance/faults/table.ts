/** `docs/faults.md`: call × fault → end state, written and read. */
import { ERRORS } from '../../../src/lib/errors.js';
import { LATE } from './life.js';
import { rowOf } from './matrix.js';
import { type Call, type Kind, KINDS } from './proxy.js';

/** Row → kind → cell. */
export type Cells = ReadonlyMap<string, Readonly<Partial<Record<Kind, string>>>>;

const TITLES: Readonly<Record<Kind, string>> = { throttled: 'throttled', fault: 'status 500', cut: 'cut', lost: 'answer lost', late: 'answer too late', expired: 'expired token', denied: 'denied' };

const HEAD = `# Faults

What each call of AWS's does to the command that makes it when it fails: a proxy between the tool and the local cloud, \`--target aws\`. Written by
\`WRITE_FAULTS=1 npx vitest run --project unit test/conformance/faults/faults.test.ts\`: the calls are those that one life of a lab made, by itself. \`FAULTS_ROWS=REGEXP\` tries some of them anew.
The test holds all rows, and as many cells as time allows, chosen by a seed.

**Once.** Each call is made to fail the first time: throttled, with status 500, with its connection reset before it arrives, or carried out and its answer lost, or kept back until nobody waits for it any more. It is
tried again and the life goes on as if nothing had been, from deploy to destroy: nothing is made twice, no session is left. So it does when every answer is late, but not too late.

**Always.** The call fails from its first time in that part of the life on, and the cell says how the command ends, and what is there then:

- throttled: \`RequestLimitExceeded\`, \`Throttling\`, \`ThrottlingException\`; status 500: \`InternalError\` and its like; cut: the connection is reset before the call arrives; answer lost: it is carried out, and the
  connection is reset in place of the answer; answer too late: it is carried out, and the answer comes after the caller's patience, a minute on AWS, of a read 20 s (LATE here; of a session's
  stream 5 s); expired token: \`ExpiredToken\`, of EC2 \`RequestExpired\`; denied: \`AccessDenied\`, \`UnauthorizedOperation\`. A session's stream is refused with HTTP 429, 500, 403.
- *done*: the call is not needed. *goes on*: it is done without, and it is said what is not known, not tried or not ended. A code is the error's, with exit status EXITS (\`exec\`: 255). *report*: verify judges all the same; of
  its claims all hold, or so many are *unknown* or *broken*, each with what could not be read or reached (pings are not counted: a busy machine loses one). \`connect\` is a shell in which a line is typed, and *exit*; of
  instance 1 its host keys are not known yet, instance 4 is left by *~.*, and once the stream is cut in the middle; their calls that are those of *connect 3* are tried there. The terminal is as it was after each.
- *nothing*: no stack, key pair, key file, schedule or role is there, as before. *all*: the lab stands, whole. *a plan*: a change set and the stack's name, of which nothing is made. Other words name what is there.
- *session*: so many sessions are open at the service yet (DescribeSessions) on the lab's instances. It is said which; the next command of the lab ends them, as their instance's end does, or 20 idle minutes.

From every state the next run, without the fault, finishes the work: deploy ends with the lab, destroy with nothing, a shell or command with its output, verify with its report, and no session is left. That is tried for each cell, but where there is *nothing*: from there every
life here begins.
`;

const codesIn = (cells: Cells): string[] => [...new Set([...cells.values()].flatMap((row) => Object.values(row)).map((cell) => cell.split(':')[0] ?? ''))].filter((code) => Object.hasOwn(ERRORS, code)).toSorted();

function exitsOf(cells: Cells): string {
  const exits = new Set(codesIn(cells).map((code) => ERRORS[code as keyof typeof ERRORS].exit));
  return [...exits].join(' or ');
}

/** The document. */
export function faultsDocument(calls: readonly Call[], cells: Cells): string {
  const parts = [...new Set(calls.map(({ part }) => part))];
  const tables = parts.map((part) => {
    const rows = calls.filter((call) => call.part === part).map((call) => `| ${call.operation} | ${KINDS.map((kind) => cells.get(rowOf(call))?.[kind] ?? '').join(' | ')} |`);
    return `## ${part}\n\n| call | ${KINDS.map((kind) => TITLES[kind]).join(' | ')} |\n|---|${KINDS.map(() => '---').join('|')}|\n${rows.toSorted().join('\n')}\n`;
  });
  return `${HEAD.replace('EXITS', exitsOf(cells)).replace('LATE', `${LATE.patienceMs / 1000} s`)}\n${tables.join('\n')}`;
}

/** What it says. */
export function readFaults(text: string): Cells {
  const cells = new Map<string, Partial<Record<Kind, string>>>();
  let part = '';
  for (const line of text.split('\n')) {
    part = /^## (.*)$/u.exec(line)?.[1] ?? part;
    const [operation, ...columns] = line.startsWith('| ') && part !== '' ? line.slice(2, -2).split(' | ') : [];
    if (operation === undefined || operation === 'call') continue;
    cells.set(rowOf({ part, operation }), Object.fromEntries(KINDS.map((kind, i) => [kind, columns[i] ?? ''])));
  }
  return cells;
}
