/**
 * ssmlab's client under the name and the contract of AWS's session-manager-plugin, for an AWS CLI without it. Arguments,
 * variables, texts and exit status as `protocol.md` §1: everything on stdout, 0 whatever happens.
 */
import { printable } from '../lib/report/printable.js';
import { SESSION_TYPE, CLIENT_VERSION } from '../lib/protocol/handshake.js';
import { PAYLOAD_TYPE } from '../lib/protocol/agent-message.js';
import { type DataChannel, openDataChannel } from '../lib/session/data-channel.js';
import type { SessionEncryption } from '../lib/session/kms-encryption.js';
import { REFUSED_MS } from '../lib/session/reconnect.js';
import { runShell, type ShellTerminal } from '../lib/session/shell.js';
import { isLoopback } from '../lib/net/loopback-url.js';
import { parseStreamUrl } from '../lib/session/stream-socket.js';
import type { Credentials } from '../lib/target/target.js';
import type { ApiTarget } from '../lib/aws/client.js';
import { type AwsSettings, awsSettings } from '../lib/target/aws-settings.js';
import { beforeSignals } from './last-will.js';
import { lossNotice } from './loss-notice.js';
import { saySilence } from './silence.js';
import { isStdio, standInPort } from './stand-in-ports.js';
import { sayBeside, sizeOf, takeTerminal } from './terminal.js';

/** Names of variables that may stand for the response begin so. */
const RESPONSE_VARIABLE = 'AWS_SSM_START_SESSION_RESPONSE';
const OPERATION = 'StartSession';
/** As the plugin's own client sends it (§7), and what our own region takes. */
const PAYLOAD_BYTES = { aws: 1024, ours: 65_536 } as const;
/** AWS's agent takes the end of input for the end of a connection. */
const HALF_CLOSE_MS = 5_000;

const INSTALLED = `
ssmlab's own Session Manager client is installed under this name. Use the AWS CLI to start a session:
aws ssm start-session --target i-...
`;

interface StandInSession {
  readonly sessionId: string;
  readonly tokenValue: string;
  readonly streamUrl: string;
}

/** The response by value or by the name of a variable, which is unset so that no child inherits the token. */
export function readResponse(argument: string, environment: NodeJS.ProcessEnv): StandInSession {
  const named = argument.startsWith(RESPONSE_VARIABLE);
  const text = named ? environment[argument] : argument;
  if (named) delete environment[argument];
  if (text === undefined) throw new Error(`the variable ${argument} is not set`);
  let response: unknown;
  try {
    response = JSON.parse(text);
  } catch {
    // The parser's own message would quote the token.
    throw new Error('the response of StartSession is no JSON');
  }
  const { SessionId, TokenValue, StreamUrl } = (typeof response === 'object' && response !== null ? response : {}) as Record<string, unknown>;
  if (typeof SessionId !== 'string' || typeof TokenValue !== 'string' || typeof StreamUrl !== 'string') {
    throw new Error('the response of StartSession lacks SessionId, TokenValue or StreamUrl');
  }
  return { sessionId: SessionId, tokenValue: TokenValue, streamUrl: StreamUrl };
}

type Settings = AwsSettings & { readonly region: string };

/** The keys of the environment, as the AWS CLI hands them on; else the SDK's chain, which knows profiles. */
function credentialsFor(profile: string | undefined, settings: () => Promise<Settings>, environment: NodeJS.ProcessEnv): () => Promise<Credentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
  if (profile === undefined && accessKeyId !== undefined && secretAccessKey !== undefined) return async () => ({ accessKeyId, secretAccessKey, sessionToken });
  let chain: Promise<() => Promise<Credentials>> | undefined;
  return async () => (await (chain ??= chainOf(profile, settings)))();
}

async function chainOf(profile: string | undefined, settings: () => Promise<Settings>): Promise<() => Promise<Credentials>> {
  const { chainCredentials } = await import('../lib/aws/credentials.js');
  return chainCredentials(profile, { ...(await settings()), onSilence: saySilence });
}

/** By the target of the request; KMS is where the region is. An endpoint that is not this machine's is that of ssm alone. */
function encryptionFor(request: string, credentials: () => Promise<Credentials>, endpoint: string, settings: () => Promise<Settings>): SessionEncryption | undefined {
  const target = targetOf(request);
  if (target === undefined) return undefined;
  const local = URL.canParse(endpoint) && isLoopback(new URL(endpoint));
  return {
    targetId: target,
    generateDataKey: async (...asked) => {
      const { generateDataKey } = await import('../lib/aws/kms.js');
      return generateDataKey({ ...(await settings()), credentials, ...(local ? { endpoint } : {}) }, ...asked);
    },
  };
}

function targetOf(request: string): string | undefined {
  const { Target } = parsedRequest(request);
  return typeof Target === 'string' ? Target : undefined;
}

/** Without a document the session is a shell; what another one makes of it the handshake says. */
const isShell = (request: string): boolean => typeof parsedRequest(request).Target === 'string' && parsedRequest(request).DocumentName === undefined;

function parsedRequest(request: string): { readonly Target?: unknown; readonly DocumentName?: unknown } {
  try {
    return (JSON.parse(request) as object | null) ?? {};
  } catch {
    return {};
  }
}

/** The terminal raw where there is one; pipes as they are. */
function terminal(): { readonly terminal: ShellTerminal; readonly restore: () => void } {
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const raw = takeTerminal();
    return { terminal: { stdin: raw.input, stdout: raw.output, size: raw.size, onResize: raw.onResize }, restore: raw.restore };
  }
  return { terminal: { stdin: process.stdin, stdout: process.stdout, size: () => ({ columns: 80, rows: 24 }), onResize: () => undefined }, restore: () => undefined };
}

/** A terminal that is not raw sends signals; the remote side gets them as bytes (§1.4). */
function forwardSignals(channel: DataChannel): () => void {
  const bytes = { SIGINT: 0x03, SIGQUIT: 0x1c, SIGTSTP: 0x1a } as const;
  const listeners = Object.entries(bytes).map(([signal, byte]) => [signal, () => channel.send(PAYLOAD_TYPE.output, Buffer.of(byte))] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

async function startSession(argv: readonly string[], environment: NodeJS.ProcessEnv, print: (text: string) => void): Promise<void> {
  const [response = '', region = '', operation, named = '', request = '', endpoint = ''] = argv;
  if (operation !== OPERATION) return print('Invalid Operation');
  const session = readResponse(response, environment);
  const [profile, usual] = [named, environment['AWS_PROFILE']].map((name) => (name === '' ? undefined : name));
  let read: Promise<Settings> | undefined;
  // Asked for where something is: to a shell on this machine they are nothing.
  const settings = (): Promise<Settings> => (read ??= awsSettings(profile ?? usual, environment).then((found) => ({ ...found, region })));
  const credentials = credentialsFor(profile, settings, environment);
  // Where the AWS CLI found ssm.
  const target = async (): Promise<ApiTarget> => ({ ...(await settings()), credentials, onSilence: saySilence, ...(endpoint === '' ? {} : { endpoint, serviceEndpoints: {} }) });
  const starting = `\nStarting session with SessionId: ${printable(session.sessionId)}\n`;
  const ours = isLoopback(parseStreamUrl(session.streamUrl));
  // AWS's plugin waits without a word. On stderr: what is on stdout may be a connection's own bytes.
  const notice = lossNotice(sayBeside, isShell(request) ? '~. leaves' : 'what is sent waits');
  const channel = await openDataChannel({
    ...session,
    ...notice,
    ...(ours ? { payloadBytes: PAYLOAD_BYTES.ours, ...(isShell(request) ? { size: sizeOf(process.stdout), sizeAtOnce: true } : {}) } : { payloadBytes: PAYLOAD_BYTES.aws, payloadsPerSecond: 1000 }),
    signer: { region, credentials },
    agentFor: ours ? undefined : (await settings()).wayOut.agentFor,
    encryption: encryptionFor(request, credentials, endpoint, settings),
    reconnect: { resume: async () => (await import('../lib/aws/ssm.js')).resumeSession(await target(), session.sessionId), refusedMs: ours ? REFUSED_MS : undefined },
  }).catch((error: unknown) => {
    print(starting);
    throw error;
  });
  // Who leaves, or cannot go on, ends the session: the service would keep it until it times out.
  const end = async (): Promise<void> => {
    channel.close();
    if (channel.over) return;
    const { endSession } = await import('../lib/aws/ssm.js');
    await endSession(await target(), session.sessionId);
  };
  const offSignals = beforeSignals(end);
  try {
    const isPort = channel.kind?.sessionType === SESSION_TYPE.port;
    // AWS's plugin prints its texts into the connection, too; not every protocol forgives that as SSH does.
    const say = isPort && isStdio(channel) ? (text: string): void => void process.stderr.write(text) : print;
    const id = printable(session.sessionId);
    if (say === print) print(starting);
    if (channel.customerMessage !== '') say(`${printable(channel.customerMessage)}\n`);
    const output = isPort ? await standInPort({ channel, print, halfCloseMs: ours ? 0 : HALF_CLOSE_MS }) : await shell(channel);
    if (output !== '') say(`\n\nSessionId: ${id} : ${printable(output)}\n\n`);
    else if (say === print) print(`\n\nExiting session with sessionId: ${id}.\n\n`);
  } finally {
    notice.stop();
    await end();
    offSignals();
  }
}

async function shell(channel: DataChannel): Promise<string> {
  const offSignals = forwardSignals(channel);
  const { terminal: local, restore } = terminal();
  try {
    return (await runShell(channel, local)).output;
  } finally {
    restore();
    offSignals();
  }
}

/** Runs one call of the program. */
export async function standIn(argv: readonly string[], environment: NodeJS.ProcessEnv, print: (text: string) => void): Promise<void> {
  if (argv.length === 0) return print(INSTALLED);
  if (argv.length === 1 && argv[0] === '--version') return print(`${CLIENT_VERSION}\n`);
  if (argv.length < 3) return print(`Unknown operation ${printable(argv[0] ?? '')}. It is started by: aws ssm start-session\n`);
  try {
    await startSession(argv, environment, print);
  } catch (error) {
    print(`Cannot perform start session: ${printable(error instanceof Error ? error.message : String(error))}\n`);
  }
}
