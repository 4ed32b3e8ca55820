/** AWS's session documents that lead to a port: on the instance, or through it on another host (`protocol.md` §1.5, §7). */
import type { DocumentEntry, DocumentParameter } from './documents.js';

const PORT = '([1-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const LOCAL_PORT_NUMBER: DocumentParameter = {
  type: 'String',
  description: '(Optional) Port that the client listens on; 0 for any that is free',
  allowedPattern: `^(0|${PORT})$`,
  default: '0',
};

const FORWARDING = { type: 'LocalPortForwarding' };

function portNumber(whose: string, standard: string): DocumentParameter {
  return { type: 'String', description: `(Optional) Port of the ${whose}`, allowedPattern: `^${PORT}$`, default: standard };
}

function entry(name: string, description: string, parameters: Readonly<Record<string, DocumentParameter>>, fixed: Readonly<Record<string, string>> = {}): DocumentEntry {
  const taken = Object.keys(parameters).map((parameter) => [parameter, `{{ ${parameter} }}`]);
  return {
    name,
    owner: 'Amazon',
    platformTypes: ['Windows', 'Linux', 'MacOS'],
    document: { schemaVersion: '1.0', description, sessionType: 'Port', parameters, properties: { ...Object.fromEntries(taken), ...fixed } },
  };
}

export const PORT_DOCUMENTS: readonly DocumentEntry[] = [
  entry('AWS-StartSSHSession', 'Carries an SSH connection to an instance', { portNumber: portNumber('SSH server on the instance', '22') }),
  entry('AWS-StartPortForwardingSession', 'Forwards connections to a port of the client to a port of an instance', {
    portNumber: portNumber('server on the instance', '80'),
    localPortNumber: LOCAL_PORT_NUMBER,
  }, FORWARDING),
  // The socket is the client's: no agent of AWS's connects to one (amazon-ssm-agent issue 620).
  entry('AWS-StartPortForwardingSessionToSocket', 'Forwards connections to a unix socket of the client to a port of an instance', {
    portNumber: portNumber('server on the instance', '80'),
    localUnixSocket: { type: 'String', description: '(Required) Path of the unix socket that the client listens on', allowedPattern: '^[^\\x00-\\x1f\\x7f]{1,107}$' },
  }, { ...FORWARDING, localConnectionType: 'unix' }),
  entry('AWS-StartPortForwardingSessionToRemoteHost', 'Forwards connections to a port of the client through an instance to a port of another host', {
    portNumber: portNumber('server on the other host', '80'),
    localPortNumber: LOCAL_PORT_NUMBER,
    host: {
      type: 'String',
      description: '(Optional) Name or address of the other host, as the instance knows it',
      allowedPattern: '^[^,$^&\\(\\)!;\'"<>`{}\\[\\]\\|#=]{3,}$',
      default: 'localhost',
    },
  }, FORWARDING),
];
