import { expect, it } from 'vitest';
import { readOrder, SessionOrderError } from '../../../../../src/cloud/guest/agent/session-document.js';
import { encodeInteractiveShell } from '../../../../../src/lib/protocol/control-payloads.js';

function order(documentContent: Record<string, unknown>, parameters: Record<string, unknown> = {}): Buffer {
  return encodeInteractiveShell({
    taskId: 's-1', topic: 'interactive_shell',
    content: { documentName: 'D', documentContent, sessionId: 's-1', parameters, runAsUser: '', sessionOwner: 'arn' },
  });
}

const command = {
  sessionType: 'NonInteractiveCommands',
  parameters: { command: { type: 'String' }, separateOutputStream: { type: 'String', default: 'false' } },
  properties: { linux: { commands: '{{command}}', runAsElevated: true, separateOutputStream: '{{ separateOutputStream }}' } },
};

it('puts parameters and defaults in, once', () => {
  expect(readOrder(order(command, { command: 'echo {{ separateOutputStream }}' }))).toMatchObject({
    sessionId: 's-1', commands: 'echo {{ separateOutputStream }}', runAsElevated: true, separateOutputStream: false,
  });
  expect(readOrder(order(command, { command: 'x', separateOutputStream: 'true' })).separateOutputStream).toBe(true);
});

it('leaves names alone that are nowhere declared, whatever JavaScript objects have of that name', () => {
  expect(readOrder(order({ ...command, properties: { linux: { commands: 'a {{constructor}} b' } } })).commands).toBe('a {{constructor}} b');
});

it.each([
  [{ ...command }, { command: ['a'] }, 'Invalid format in session properties'],
  [{ ...command, properties: {} }, {}, 'The session document has no commands'],
  [{ sessionType: 'Port' }, {}, 'Session type Port is not supported'],
  [{}, {}, 'Session type undefined is not supported'],
])('refuses %j with %j', (document, parameters, message) => {
  expect(() => readOrder(order(document, parameters))).toThrow(new SessionOrderError(message, 's-1'));
});
