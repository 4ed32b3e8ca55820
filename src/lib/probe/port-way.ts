/** The ways to a port by Session Manager: AWS's documents for it, started with the target's spacing and opened. */
import { endSession, type SessionRequest } from '../aws/ssm.js';
import type { KnownInstance } from '../inventory/instance.js';
import type { DataChannel } from '../session/data-channel.js';
import { type Forward, openForward, type ForwardOptions } from '../session/port/forward.js';
import type { ForwardSpec } from '../session/port/forward-spec.js';
import type { Target } from '../target/target.js';
import { type ChannelOptions, openChannel, startOn, type StartSession } from './session-way.js';

/** For connections to the port, of the instance or through it of another host. */
function forwardRequest(instanceId: string, { local, remoteHost, remotePort }: Pick<ForwardSpec, 'local' | 'remoteHost' | 'remotePort'>): SessionRequest {
  const ports = { portNumber: [String(remotePort)], localPortNumber: [String(local.kind === 'tcp' ? local.port : 0)] };
  return remoteHost === undefined
    ? { instanceId, documentName: 'AWS-StartPortForwardingSession', parameters: ports }
    : { instanceId, documentName: 'AWS-StartPortForwardingSessionToRemoteHost', parameters: { host: [remoteHost], ...ports } };
}

/** For one connection, on stdin and stdout. */
export const proxyRequest = (instanceId: string, port: number): SessionRequest => ({ instanceId, documentName: 'AWS-StartSSHSession', parameters: { portNumber: [String(port)] } });

/** Starts the session and opens its channel. */
export async function openPort(target: Target, start: StartSession, instance: KnownInstance, request: SessionRequest, options: ChannelOptions): Promise<DataChannel> {
  return openChannel(target, await startOn(start, instance, request), options);
}

/** A forward that listens and has its first session. */
export function forwardOver(target: Target, start: StartSession, instance: KnownInstance, options: Pick<ForwardOptions, 'spec' | 'onRefused' | 'onEnded' | 'onUnopened'> & ChannelOptions): Promise<Forward> {
  const { onLost, onRegained, onSlow, signal } = options;
  return openForward({
    ...options,
    halfCloseMs: target.halfCloseMs ?? 0,
    open: () => openPort(target, start, instance, forwardRequest(instance.instanceId, options.spec), { onLost, onRegained, onSlow, signal }),
    terminate: (sessionId) => endSession(target, sessionId),
  });
}
