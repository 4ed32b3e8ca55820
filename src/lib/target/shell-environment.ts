/** The environment that points AWS's own tools at the local cloud, as lines for a shell; and the lines that undo it. */
import { shellQuote } from '../report/shell-quote.js';

export type ShellKind = 'sh' | 'fish';

export interface Exports {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Appended to PATH, so that what is there already wins; left out where a PATH cannot name it. */
  readonly pathFolder?: string | undefined;
}

/** Where the shell keeps what a variable was before; it never leaves the shell. */
const saved = (name: string): string => `SSMLAB_SAVED_${name}`;
/** What may be exported, each by itself: set while it is in force, so that a second eval does not save our own values. */
const IN_FORCE = { env: 'SSMLAB_SET_ENV', proxy: 'SSMLAB_SET_PROXY' } as const;
type Group = keyof typeof IN_FORCE;
/** The shell is the local cloud's: the target AWS is refused in it. */
const MARK = 'SSMLAB_ENV';
/** The folder that was appended to PATH. */
const PATH_FOLDER = 'SSMLAB_PATH_FOLDER';

/** Variables that would lead past the endpoint or to foreign keys: with a profile set the JavaScript SDK signs with its keys. */
const UNSET = [
  'AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_ENDPOINT_URL_EC2', 'AWS_ENDPOINT_URL_SSM', 'AWS_ENDPOINT_URL_SSMMESSAGES', 'AWS_ENDPOINT_URL_CLOUDFORMATION', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_IAM', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_KMS',
  'AWS_ENDPOINT_URL_EC2_INSTANCE_CONNECT', 'AWS_ENDPOINT_URL_SERVICE_QUOTAS', 'AWS_ENDPOINT_URL_SCHEDULER', 'AWS_ENDPOINT_URL_PRICING', 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
] as const;

const SET = {
  AWS_ENDPOINT_URL: ({ endpoint }: Exports) => endpoint,
  AWS_ACCESS_KEY_ID: ({ accessKeyId }: Exports) => accessKeyId,
  AWS_SECRET_ACCESS_KEY: ({ secretAccessKey }: Exports) => secretAccessKey,
  AWS_REGION: ({ region }: Exports) => region,
  AWS_DEFAULT_REGION: ({ region }: Exports) => region,
} as const;

const NAMES = { env: [...Object.keys(SET), ...UNSET], proxy: ['ALL_PROXY', 'all_proxy', 'AWS_CA_BUNDLE'] } as const;

// The same under `set -eu`: no test stands alone as a command, no variable is read without a default.
const SYNTAX = {
  sh: {
    set: (name: string, value: string) => `export ${name}=${shellQuote(value)}`,
    unset: (name: string) => `unset ${name}`,
    save: (group: Group, name: string) => `if [ -z "\${${IN_FORCE[group]}+x}" ] && [ -n "\${${name}+x}" ]; then export ${saved(name)}="$${name}"; fi`,
    restore: (name: string) => `if [ -n "\${${saved(name)}+x}" ]; then export ${name}="$${saved(name)}"; else unset ${name}; fi; unset ${saved(name)}`,
    ifInForce: (group: Group, lines: readonly string[]) => [`if [ -n "\${${IN_FORCE[group]}+x}" ]; then`, ...lines, 'fi'],
    append: `case ":$PATH:" in *:"$${PATH_FOLDER}":*) ;; *) export PATH="$PATH:$${PATH_FOLDER}" ;; esac`,
    // It need not be the last any more.
    cut: `if [ -n "\${${PATH_FOLDER}+x}" ]; then case "$PATH" in *:"$${PATH_FOLDER}":*) export PATH="\${PATH%%:"$${PATH_FOLDER}":*}:\${PATH#*:"$${PATH_FOLDER}":}" ;; *:"$${PATH_FOLDER}") export PATH="\${PATH%:"$${PATH_FOLDER}"}" ;; esac; fi; unset ${PATH_FOLDER}`,
  },
  fish: {
    // In fish's single quotes a backslash and a quote are escaped by a backslash.
    set: (name: string, value: string) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'`,
    unset: (name: string) => `set -e ${name}`,
    save: (group: Group, name: string) => `if not set -q ${IN_FORCE[group]}; and set -q ${name}; set -gx ${saved(name)} $${name}; end`,
    restore: (name: string) => `if set -q ${saved(name)}; set -gx ${name} $${saved(name)}; else; set -e ${name}; end; set -e ${saved(name)}`,
    ifInForce: (group: Group, lines: readonly string[]) => [`if set -q ${IN_FORCE[group]}`, ...lines, 'end'],
    append: `contains -- $${PATH_FOLDER} $PATH; or set -gx PATH $PATH $${PATH_FOLDER}`,
    cut: `if set -q ${PATH_FOLDER}; set -l at (contains -i -- $${PATH_FOLDER} $PATH); and set -e PATH[$at]; end; set -e ${PATH_FOLDER}`,
  },
} as const;

/** A folder whose name has a colon cannot be on a PATH. A folder that an earlier eval appended is taken off first. */
function pathLines(shell: ShellKind, folder: string | undefined): string[] {
  const syntax = SYNTAX[shell];
  return [syntax.cut, ...(folder === undefined || folder.includes(':') ? [] : [syntax.set(PATH_FOLDER, folder), syntax.append])];
}

const saveLines = (shell: ShellKind, group: Group): string[] => NAMES[group].map((name) => SYNTAX[shell].save(group, name));

/** Lines to be evaluated; what was set before is put aside for {@link unsetLines}. */
export function exportLines(shell: ShellKind, exports: Exports): string[] {
  const syntax = SYNTAX[shell];
  return [
    ...saveLines(shell, 'env'),
    ...UNSET.map(syntax.unset),
    ...Object.entries(SET).map(([name, value]) => syntax.set(name, value(exports))),
    ...pathLines(shell, exports.pathFolder),
    syntax.set(MARK, exports.region),
    syntax.set(IN_FORCE.env, '1'),
  ];
}

/** Lines that bring back what was there before either was evaluated; in a shell where nothing was exported they do nothing. */
export function unsetLines(shell: ShellKind): string[] {
  const syntax = SYNTAX[shell];
  return [
    ...syntax.ifInForce('env', [...NAMES.env.map(syntax.restore), syntax.cut, syntax.unset(MARK), syntax.unset(IN_FORCE.env)]),
    ...syntax.ifInForce('proxy', [...NAMES.proxy.map(syntax.restore), syntax.unset(IN_FORCE.proxy)]),
  ];
}

/** The lines that lead programs which heed them (curl; of AWS's the second) through a SOCKS5 proxy, to hosts of an authority of its own: file of those to believe. What was set before is put aside too. */
export function proxyLines(shell: ShellKind, url: string, bundle: string): string[] {
  const { set, unset } = SYNTAX[shell];
  // Of the two names who knows both reads the small one first.
  return [...saveLines(shell, 'proxy'), unset('all_proxy'), set('ALL_PROXY', url), set('AWS_CA_BUNDLE', bundle), set(IN_FORCE.proxy, '1')];
}

/** The user's own AWS_CA_BUNDLE, also while ours stands in its place. */
export const ownBundle = (environment: NodeJS.ProcessEnv): string | undefined => environment[environment[IN_FORCE.proxy] === undefined ? 'AWS_CA_BUNDLE' : saved('AWS_CA_BUNDLE')];
