/** ec2-metadata, as amazon-ec2-utils prints it (aws-facts.md §3): over IMDSv2, through the guest's network. */
import { METADATA_HELP, METADATA_ITEMS, type MetadataItem, TOKEN_FAILED } from '../../image/ec2-metadata.js';
import { isControl } from '../system/errors.js';
import type { Call, Command } from './call.js';
import { exchange } from './http.js';

const SERVICE = '169.254.169.254';
/** curl's way of giving up is the script's. */
const TIMEOUT_MS = 5000;

class Metadata {
  private readonly call: Call;
  private readonly token: string;
  constructor(call: Call, token: string) {
    this.call = call;
    this.token = token;
  }

  /** The value, undefined when there is none (404) or it is empty. */
  async get(path: string): Promise<string | undefined> {
    try {
      const { head, body } = await exchange(this.call.process, SERVICE, 80, { method: 'GET', target: `/latest/${path}`, headers: [['Host', SERVICE], ['Accept', '*/*'], ['X-aws-ec2-metadata-token', this.token], ['Connection', 'close']] }, TIMEOUT_MS);
      return head.status === 200 && body !== '' ? body.replace(/\n+$/u, '') : undefined;
    } catch (error) {
      if (isControl(error)) throw error;
      return undefined;
    }
  }

  async names(path: string): Promise<readonly string[]> {
    return ((await this.get(`meta-data/${path}`)) ?? '').split('\n').filter((name) => name !== '');
  }
}

async function fetchToken(call: Call): Promise<string | undefined> {
  try {
    const { head, body } = await exchange(call.process, SERVICE, 80, { method: 'PUT', target: '/latest/api/token', headers: [['Host', SERVICE], ['Accept', '*/*'], ['X-aws-ec2-metadata-token-ttl-seconds', '900'], ['Content-Length', '0'], ['Connection', 'close']] }, TIMEOUT_MS);
    return head.status === 200 && body !== '' ? body : undefined;
  } catch (error) {
    if (isControl(error)) throw error;
    return undefined;
  }
}

async function showItem(call: Call, metadata: Metadata, item: MetadataItem, quiet: boolean): Promise<void> {
  const label = quiet ? '' : `${item.label}: `;
  switch (item.shown) {
    case 'device-mapping': {
      const names = await metadata.names('block-device-mapping/');
      if (names.length === 0) return call.line(`${label}not available`);
      if (!quiet) await call.line(label);
      for (const name of names) await call.line(`\t ${name}: ${(await metadata.get(`meta-data/block-device-mapping/${name}`)) ?? ''}`);
      return undefined;
    }
    case 'public-keys':
      return publicKeys(call, metadata, quiet);
    case 'tags': {
      const names = await metadata.names('tags/instance');
      if (names.length === 0) return call.line(`${label}not available`);
      if (!quiet) await call.line(label);
      for (const name of names) await call.line(`\t ${name}: ${(await metadata.get(`meta-data/tags/instance/${name}`)) ?? ''}`);
      return undefined;
    }
    default: {
      const value = await metadata.get(item.root === 'user-data' ? 'user-data' : `meta-data/${item.path}`);
      return call.line(`${label}${value ?? 'not available'}`);
    }
  }
}

async function publicKeys(call: Call, metadata: Metadata, quiet: boolean): Promise<void> {
  if (!quiet) await call.line('public-keys: ');
  const keys = await metadata.names('public-keys/');
  if (keys.length === 0) return call.line('not available');
  for (const key of keys) {
    const index = key.slice(0, key.indexOf('='));
    const name = key.slice(key.indexOf('=') + 1);
    const text = (await metadata.get(`meta-data/public-keys/${index}/openssh-key`)) ?? '';
    await call.line(`keyname:${name}\nindex:${index}\nformat:openssh-key\nkey:(begins from next line)\n${text}`);
  }
  return undefined;
}

export const ec2Metadata: Command = async (call) => {
  const wanted: (MetadataItem | { readonly path: string })[] = [];
  let quiet = false;
  for (let at = 0; at < call.args.length; at += 1) {
    const argument = call.args[at] ?? '';
    if (argument === '--help') {
      await call.out(METADATA_HELP);
      return 0;
    }
    if (argument === '--quiet' || argument === '-q') quiet = true;
    else if (argument === '--all') wanted.push(...METADATA_ITEMS);
    else if (argument === '--path') {
      at += 1;
      const path = call.args[at];
      if (path === undefined) return call.fail("option '--path' requires an argument");
      wanted.push({ path });
    } else {
      const items = argument.startsWith('--') ? METADATA_ITEMS.filter((item) => `--${item.long}` === argument) : argument.startsWith('-') ? Array.from(argument.slice(1)).map((letter) => METADATA_ITEMS.find((item) => item.short === letter)) : [];
      if (items.length === 0 || items.includes(undefined)) {
        await call.err(`ec2-metadata: unrecognized option '${argument}'\n${METADATA_HELP}`);
        return 1;
      }
      wanted.push(...items.filter((item) => item !== undefined));
    }
  }
  const token = await fetchToken(call);
  if (token === undefined) {
    await call.err(`${TOKEN_FAILED}\n`);
    return 1;
  }
  const metadata = new Metadata(call, token);
  for (const item of wanted.length === 0 ? METADATA_ITEMS : wanted) {
    if ('label' in item) await showItem(call, metadata, item, quiet);
    else {
      const path = normalized(item.path);
      await call.line(`${quiet ? '' : `${path}: `}${(await metadata.get(path.slice('latest/'.length))) ?? 'not available'}`);
    }
  }
  return 0;
};

/** `/instance-id`, `meta-data/instance-id` and `latest/meta-data/instance-id` mean the same. */
function normalized(path: string): string {
  const bare = path.replace(/^\/+/u, '');
  if (bare.startsWith('latest/')) return bare;
  return /^(?:meta-data|dynamic|user-data)(?:\/|$)/u.test(bare) ? `latest/${bare}` : `latest/meta-data/${bare}`;
}
