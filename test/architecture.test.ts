/** The rules of the house as ARCHITECTURE.md draws it, each with its reason; read from the imports, so that they cannot rot. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CALLS } from '../src/lib/permissions/calls.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

interface Module {
  /** Path from the root, `src/lib/net/address.ts`. */
  readonly path: string;
  readonly text: string;
  /** Local modules as paths from the root, others as written. */
  readonly imports: readonly string[];
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? '';
    return name.startsWith('.') ? relative(root, resolve(root, dirname(path), name)).replace(/\.js$/, '.ts') : name;
  });
}

const modules: readonly Module[] = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
  .map((entry) => {
    const path = relative(root, join(entry.parentPath, entry.name));
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });

const under = (...folders: string[]) => (path: string) => folders.some((folder) => path.startsWith(`src/${folder}`));
const named = (pattern: RegExp) => (name: string) => pattern.test(name);
const effects = named(/^node:(fs|net|tls|http|https|child_process|dgram|dns|worker_threads|os|timers)/);

interface Rule {
  readonly reason: string;
  readonly from: (path: string) => boolean;
  readonly forbidden: (imported: string) => boolean;
}

const rules: Readonly<Record<string, Rule>> = {
  'nothing outside the cloud imports it': {
    reason: 'the tool speaks AWS APIs to an endpoint, so that pointing it at AWS changes an address and nothing else',
    from: (path) => !under('cloud/')(path),
    forbidden: under('cloud/'),
  },
  'the cloud imports of the tool only what both sides are defined by': {
    reason: 'a region knows addresses, VPC rules, policies and wire formats, and nothing of its clients',
    from: under('cloud/'),
    forbidden: (name) => under('commands/', 'cli/', 'lib/')(name) && !under('lib/net/', 'lib/vpc/', 'lib/protocol/', 'lib/policy/')(name),
  },
  'the cloud does not import the SDK or oclif': {
    reason: 'an emulator that shares the client\'s model would share the client\'s mistakes',
    from: under('cloud/'),
    forbidden: named(/^@aws-sdk\/|^@smithy\/|^@oclif\/|^chalk|^@inquirer\//),
  },
  'only lib/aws imports the SDK': {
    reason: 'one place turns the SDK\'s errors and pages into ours',
    from: (path) => !under('lib/aws/')(path),
    forbidden: named(/^@aws-sdk\/|^@smithy\//),
  },
  'only the edge talks to people': {
    reason: 'the library returns values; cli, commands and text reports turn them into a screen',
    from: (path) => !under('cli/', 'commands/', 'lib/report/')(path),
    forbidden: named(/^chalk|^@inquirer\//),
  },
  'oclif stays in cli and commands': {
    reason: 'the library must be usable without the command line',
    from: (path) => !under('cli/', 'commands/')(path),
    forbidden: named(/^@oclif\//),
  },
  'the library does not import the edge': {
    reason: 'dependencies point downwards',
    from: under('lib/'),
    forbidden: under('cli/', 'commands/'),
  },
  'the pure libraries have no effects': {
    reason: 'they decide; what they decide about comes in as parameters',
    from: under('lib/net/', 'lib/vpc/', 'lib/protocol/', 'lib/policy/', 'lib/reachability/'),
    forbidden: effects,
  },
  'the pure libraries import only each other': {
    reason: 'both worlds stand on them, so they stand on nothing',
    from: under('lib/net/', 'lib/vpc/', 'lib/protocol/', 'lib/policy/'),
    forbidden: (name) => name.startsWith('src/') && !under('lib/net/', 'lib/vpc/', 'lib/protocol/', 'lib/policy/')(name),
  },
  'services know the fabric by its contract only': {
    reason: 'no service may depend on which data plane carries the packets',
    from: under('cloud/services/', 'cloud/cloudformation/', 'cloud/messages/', 'cloud/endpoint/'),
    forbidden: under('cloud/fabric/computed', 'cloud/fabric/netns', 'cloud/guest/sandbox', 'cloud/guest/namespace'),
  },
  'cloudformation makes resources through operations': {
    reason: 'there is one way to make a subnet',
    from: under('cloud/cloudformation/'),
    forbidden: under('cloud/services/'),
  },
};

/** The rule's violations, for the tree or for a planted module. */
function violations(rule: Rule, among: readonly Module[]): string[] {
  return among.flatMap((module) =>
    rule.from(module.path) ? module.imports.filter((name) => rule.forbidden(name)).map((name) => `${module.path} imports ${name}`) : [],
  );
}

/** The operations of AWS's that a module calls, as IAM names their actions: commands of the SDK, and calls that are signed here. */
function operationsOf({ path, text }: Pick<Module, 'path' | 'text'>): string[] {
  const services = new Map([...text.matchAll(/import (?:type )?\{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/gu)].flatMap(([, names = '', service = '']) => names.split(',').map((name) => [name.trim(), service])));
  const commands = [...text.matchAll(/\bnew (\w+)Command\(/gu)].map(([, name = '']) => `${services.get(`${name}Command`) ?? `unknown in ${path}`}:${name}`);
  const named = [...text.matchAll(/\bservice: '([a-z0-9-]+)', targetPrefix: '\w+', name: '(\w+)'/gu)].map(([, service = '', name = '']) => `${service}:${name}`);
  // IAM's calls are in two modules, which share how one is made.
  const own = /\bservice: '([a-z0-9-]+)',\s+operation,/u.exec(text)?.[1] ?? (/\bcall, [^}]*\} from '\.\/iam\.js'/u.test(text) ? 'iam' : undefined);
  const called = own === undefined ? [] : [...text.matchAll(/\b(?:call|done|everyMember)\(target, '(\w+)'/gu)].map(([, name = '']) => `${own}:${name}`);
  return [...commands, ...named, ...called];
}

/** How often a module calls AWS in whatever form there is; forms that {@link operationsOf} does not read among them. */
const callSites = (text: string): number => [...text.matchAll(/\.send\(|\bawait jsonCall\(|\breturn jsonCall\(|\bpaginate[A-Z]\w+\(|\bwaitUntil[A-Z]\w+\(/gu)].length;

describe('architecture', () => {
  it('was read from a tree that is there', () => {
    expect(modules.length).toBeGreaterThan(60);
    expect(modules.filter((module) => module.imports.length > 0).length).toBeGreaterThan(40);
  });

  it.each(Object.entries(rules))('%s', (_, rule) => {
    expect(violations(rule, modules), rule.reason).toEqual([]);
  });

  // `ssmlab policy` prints what is in the table, so a call that is not in it would be denied to whoever has that policy, and a row that nothing calls allows too much.
  it('every operation of AWS\'s that is called is in the table of actions, and every row of it is called', () => {
    // The local cloud's own service is none of AWS's.
    const calls = modules.filter(({ path }) => under('lib/', 'cli/', 'commands/')(path) && path !== 'src/lib/aws/ssmlab.ts').flatMap(operationsOf);
    const rows = CALLS.filter(({ because }) => because === undefined).map(({ action }) => action);
    expect([...new Set(calls)].filter((operation) => !rows.includes(operation)), 'called, and in no row of src/lib/permissions/calls.ts').toEqual([]);
    expect(rows.filter((action) => !calls.includes(action)), 'in src/lib/permissions/calls.ts, and called by nothing').toEqual([]);
    expect(CALLS.filter(({ because }) => because !== undefined && !rows.includes(because)).map(({ action }) => action)).toEqual([]);
  });

  it('reads every call of AWS\'s API that there is, in each of its forms', () => {
    expect(operationsOf({ path: 'x', text: "import { FooCommand } from '@aws-sdk/client-ec2';\nclient.send(new FooCommand({}))" })).toEqual(['ec2:Foo']);
    expect(operationsOf({ path: 'x', text: 'client.send(new BarCommand({}))' })).toEqual(['unknown in x:Bar']);
    expect(operationsOf({ path: 'x', text: "await jsonCall(target, { service: 'kms', targetPrefix: 'TrentService', name: 'Decrypt' }, input)" })).toEqual(['kms:Decrypt']);
    for (const module of modules.filter(({ path }) => under('lib/aws/')(path) && path !== 'src/lib/aws/ssmlab.ts')) expect(operationsOf(module).length, module.path).toBeGreaterThanOrEqual(callSites(module.text));
    const signers = modules.filter(({ imports }) => imports.some((name) => /^src\/lib\/aws\/(?:signed|json)-call\.ts$/u.test(name))).map(({ path }) => path);
    expect(signers.filter((path) => !path.startsWith('src/lib/aws/'))).toEqual([]);
    for (const module of modules.filter(({ path }) => signers.includes(path) && !['src/lib/aws/ssmlab.ts', 'src/lib/aws/json-call.ts'].includes(path))) expect(operationsOf(module), module.path).not.toEqual([]);
  });

  it('sees a planted violation, in each form of import', () => {
    const forms = ["import { a } from '../lib/aws/x.js';", "import type { A } from '../lib/aws/x.js';", "export { a } from '../lib/aws/x.js';", "await import('../lib/aws/x.js')", "import {\n  a,\n} from '../lib/aws/x.js';"];
    for (const text of forms) {
      const planted = { path: 'src/cloud/planted.ts', text, imports: importsOf('src/cloud/planted.ts', text) };
      expect(planted.imports, text).toEqual(['src/lib/aws/x.ts']);
      const rule = rules['the cloud imports of the tool only what both sides are defined by'];
      expect(rule === undefined ? [] : violations(rule, [planted])).toHaveLength(1);
    }
  });

  // Types may refer to each other (an interpreter's parts do); what runs may not: a cycle makes the order of loading matter.
  it('has no import cycles at run time', () => {
    const running = (text: string) => text.replaceAll(/(^|\n)\s*(import|export) type [^;]*;/g, '\n').replaceAll(/(^|\n)import \{(\s*type [^,}]+,?)+\s*\} from [^;]*;/g, '\n');
    const graph = new Map(modules.map((module) => [module.path, importsOf(module.path, running(module.text)).filter((name) => name.startsWith('src/'))]));
    expect([...graph.values()].flat().length).toBeGreaterThan(400);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('keeps modules small: 400 lines at most, commands 80', () => {
    const lines = (module: Module) => module.text.split('\n').length - 1;
    // The lab's template is data, written from template.yaml by its test.
    expect(modules.filter((module) => lines(module) > 400 && module.path !== 'src/lib/lab/template.ts').map((module) => `${module.path}: ${lines(module)}`)).toEqual([]);
    expect(modules.filter((module) => under('commands/')(module.path) && lines(module) > 80).map((module) => `${module.path}: ${lines(module)}`)).toEqual([]);
  });

  it('names things by what they are', () => {
    expect(modules.filter((module) => /(^|\/)(utils?|helpers?|common|misc|managers?)(\/|\.ts$)/.test(module.path)).map((module) => module.path)).toEqual([]);
  });

  it('says at the head of each module what it is', () => {
    expect(modules.filter((module) => !module.text.startsWith('/**')).map((module) => module.path)).toEqual([]);
  });
});
