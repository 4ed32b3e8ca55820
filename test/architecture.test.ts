/** The rules of the house as ARCHITECTURE.md draws it, each with its reason; read from the imports, so that they cannot rot. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

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

describe('architecture', () => {
  it('was read from a tree that is there', () => {
    expect(modules.length).toBeGreaterThan(60);
    expect(modules.filter((module) => module.imports.length > 0).length).toBeGreaterThan(40);
  });

  it.each(Object.entries(rules))('%s', (_, rule) => {
    expect(violations(rule, modules), rule.reason).toEqual([]);
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
