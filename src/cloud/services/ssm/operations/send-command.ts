/** ssm:SendCommand: makes the command and an invocation an instance; `cloud/run-command.ts` brings them to the agents. */
import { randomUUID } from 'node:crypto';
import type { Operation } from '../../../endpoint/operation.js';
import { optionalInteger, optionalString, requiredString, stringListMap } from '../../../endpoint/typed-input.js';
import type { Transaction } from '../../../state/store.js';
import { DOCUMENT_REFERENCE, selectionOf } from '../document-input.js';
import { commandDocument } from '../document-store.js';
import { checkParameters } from '../documents.js';
import { COMMANDS, type CommandRecord, INVOCATIONS, invocationKey } from '../run-command/records.js';
import { targetsOf } from '../run-command/targets.js';
import { commandView, HISTORY_MS } from '../run-command/views.js';

const DEFAULT_TIMEOUT = 3600;

function forgetOld(tx: Transaction, now: number): void {
  for (const { commandId, requested, targetIds } of tx.list(COMMANDS)) {
    if (requested + HISTORY_MS > now) continue;
    tx.delete(COMMANDS, commandId);
    for (const instanceId of targetIds) tx.delete(INVOCATIONS, invocationKey({ commandId, instanceId }));
  }
}

export const sendCommand: Operation = async (input, context) => {
  const entry = commandDocument(context.state, requiredString(input, 'DocumentName', { pattern: DOCUMENT_REFERENCE }), selectionOf({ ...input, VersionName: undefined }));
  const parameters = stringListMap(input, 'Parameters');
  checkParameters(entry.body, parameters);
  const timeoutSeconds = optionalInteger(input, 'TimeoutSeconds', { min: 30, max: 2_592_000 }) ?? DEFAULT_TIMEOUT;
  const comment = optionalString(input, 'Comment', { max: 100 }) ?? '';
  const maxConcurrency = optionalString(input, 'MaxConcurrency', { min: 1, max: 7, pattern: /^(?:[1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$/ }) ?? '50';
  const maxErrors = optionalString(input, 'MaxErrors', { min: 1, max: 7, pattern: /^(?:[1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%)$/ }) ?? '0';
  const asked = await targetsOf(input, context);
  const requested = context.now();
  const executionTimeout = Number(parameters['executionTimeout']?.[0] ?? entry.body.parameters['executionTimeout']?.default ?? DEFAULT_TIMEOUT);
  const command: CommandRecord = {
    commandId: randomUUID(),
    documentName: entry.name,
    document: entry.body,
    documentVersion: optionalString(input, 'DocumentVersion') ?? '$DEFAULT',
    comment,
    parameters,
    ...asked,
    maxConcurrency,
    maxErrors,
    timeoutSeconds,
    requested,
    deliverUntil: requested + timeoutSeconds * 1000,
    expiresAfter: requested + (timeoutSeconds + executionTimeout) * 1000,
  };
  const { commandId } = command;
  context.state.transact((tx) => {
    forgetOld(tx, requested);
    tx.put(COMMANDS, commandId, command);
    for (const instanceId of command.targetIds) {
      tx.put(INVOCATIONS, invocationKey({ commandId, instanceId }), { commandId, instanceId, status: 'Pending', details: 'Pending', sent: false, cancelSent: false, plugins: [], trace: '' });
    }
  });
  return { Command: commandView(command, context) };
};
