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
  expect(readOrder(order(command, { command: 'x', separateOutputStream: 'true' }))).toMatchObject({ separateOutputStream: true });
});

it('leaves names alone that are nowhere declared, whatever JavaScript objects have of that name', () => {
  expect(readOrder(order({ ...command, properties: { linux: { commands: 'a {{constructor}} b' } } }))).toMatchObject({ commands: 'a {{constructor}} b' });
});

it.each([
  [{ ...command }, { command: ['a'] }, 'Invalid format in session properties'],
  [{ ...command, properties: {} }, {}, 'The session document has no commands'],
  [{ sessionType: 'Port' }, {}, 'Port number is empty in session properties.'],
  [{ sessionType: 'Port', properties: { portNumber: '0' } }, {}, 'Port number 0 in session properties is none.'],
  [{ sessionType: 'Port', properties: { portNumber: '{{ p }}' } }, { p: '80x' }, 'Port number 80x in session properties is none.'],
  [{ sessionType: 'Voice' }, {}, 'Session type Voice is not supported'],
  [{}, {}, 'Session type undefined is not supported'],
])('refuses %j with %j', (document, parameters, message) => {
  expect(() => readOrder(order(document, parameters))).toThrow(new SessionOrderError(message, 's-1'));
});

it('reads the key of an encrypted session, by a parameter too; a port has none', () => {
  expect(readOrder(order({ ...command, inputs: { kmsKeyId: ' arn:k ' } }, { command: 'x' }))).toMatchObject({ kmsKeyId: 'arn:k' });
  expect(readOrder(order({ ...command, parameters: { ...command.parameters, key: { type: 'String', default: 'alias/k' } }, inputs: { kmsKeyId: '{{ key }}' } }, { command: 'x' }))).toMatchObject({ kmsKeyId: 'alias/k' });
  for (const inputs of [undefined, {}, { kmsKeyId: '' }]) expect(readOrder(order({ ...command, inputs }, { command: 'x' }))).toMatchObject({ kmsKeyId: '' });
  expect(readOrder(order({ sessionType: 'Port', properties: { portNumber: '22' }, inputs: { kmsKeyId: 'arn:k' } }))).toMatchObject({ kmsKeyId: '' });
});

it('reads a port, its host and its kind, and what the client is told', () => {
  const port = { sessionType: 'Port', parameters: { portNumber: { type: 'String', default: '22' } }, properties: { portNumber: '{{ portNumber }}' } };
  expect(readOrder(order(port))).toEqual({ sessionId: 's-1', kmsKeyId: '', sessionType: 'Port', properties: { portNumber: '22' }, portNumber: 22, host: '', forwarding: false });
  const forward = { ...port, properties: { portNumber: '{{portNumber}}', localPortNumber: '0', type: 'LocalPortForwarding', host: '{{ host }}' } };
  expect(readOrder(order(forward, { portNumber: '80', host: 'db.internal' }))).toMatchObject({
    properties: { portNumber: '80', localPortNumber: '0', type: 'LocalPortForwarding', host: 'db.internal' }, portNumber: 80, host: 'db.internal', forwarding: true,
  });
});

it('takes the account and the first lines of a shell from the preferences', () => {
  const inputs = { runAsEnabled: true, runAsDefaultUser: 'ec2-user', shellProfile: { windows: 'dir', linux: 'cd /tmp' } };
  expect(readOrder(order({ sessionType: 'Standard_Stream', inputs }))).toMatchObject({ runAs: 'ec2-user', profile: 'cd /tmp' });
  expect(readOrder(order({ sessionType: 'Standard_Stream', inputs: { ...inputs, runAsEnabled: 'false' } }))).toMatchObject({ runAs: undefined });
  expect(readOrder(order({ ...command, inputs }, { command: 'x' }))).toMatchObject({ runAs: 'ec2-user', profile: '' });
});
