/** Help as a man page's first screen: a sentence, the usage line, arguments, flags in groups, what it does, examples, exit statuses. */
import { type Command, CommandHelp, Help, type Interfaces } from '@oclif/core';
import { asTyped } from './self.js';

/** Commands in the order of a lab's life; others come behind. */
const LIFE = ['deploy', 'list', 'connect', 'exec', 'verify', 'forward', 'proxy', 'status', 'destroy', 'template'];
/** Groups that many commands share: behind their own, in this order. */
const SHARED = ['TARGET', 'CONVERSATION', 'GLOBAL'];
/** Wider lines are hard to read. */
const WIDEST = 100;
const EXIT_STATUS = /^Exit status: /u;

/** oclif says where a value comes from when it is not given before it says what the value is. */
const meaningFirst = (text: string | undefined): string | undefined => text?.replace(/^(\[(?:default|env): [^\]]*\]) ([\s\S]*)$/u, '$2 $1');

const place = (order: readonly string[], name: string, missing: number): number => (order.includes(name) ? order.indexOf(name) : missing);

class Page extends CommandHelp {
  /** The paragraphs of the description but for the exit statuses, or those alone. */
  #paragraphs(ofStatus: boolean): string | undefined {
    const chosen = asTyped(this.command.description ?? '').split('\n\n').filter((paragraph) => EXIT_STATUS.test(paragraph) === ofStatus);
    if (chosen.length === 0) return undefined;
    return this.wrap(chosen.map((paragraph) => paragraph.replace(EXIT_STATUS, '').replace(/^./u, (letter) => letter.toUpperCase())).join('\n\n'));
  }

  /** oclif says the summary again here. */
  protected override description(): string | undefined {
    return this.#paragraphs(false);
  }

  /** Lines to be pasted: each with its prompt, none broken. */
  protected override examples(examples: Command.Example[] | string | undefined): string | undefined {
    return [examples ?? []].flat().map((example) => `$ ${typeof example === 'string' ? example : example.command}`).join('\n');
  }

  /** oclif puts dots behind every argument of a command that takes more; only the usage line knows which. */
  protected override args(args: Command.Arg.Any[]): [string, string | undefined][] | undefined {
    const usage = String(this.command.usage ?? '');
    return super.args(args)?.map(([name, text]) => [usage.includes(name.replaceAll(/[[\]]/gu, '')) ? name : name.replace('...', ''), meaningFirst(text)]);
  }

  /** oclif's own flag speaks as ours do. */
  protected override flags(flags: Command.Flag.Any[]): [string, string | undefined][] | undefined {
    return super.flags(flags.map((flag) => (flag.name === 'json' ? { ...flag, description: 'print the value as JSON' } : flag)))?.map(([name, text]) => [name, meaningFirst(text)]);
  }

  protected override groupFlags(flags: Command.Flag.Any[]): { mainFlags: Command.Flag.Any[]; flagGroups: Record<string, Command.Flag.Any[]> } {
    const { mainFlags, flagGroups } = super.groupFlags(flags);
    const sorted = Object.entries(flagGroups).toSorted(([a], [b]) => place(SHARED, a, -1) - place(SHARED, b, -1));
    return { mainFlags, flagGroups: Object.fromEntries(sorted) };
  }

  protected override sections(): ReturnType<CommandHelp['sections']> {
    return [...super.sections(), { header: 'EXIT STATUS', generate: () => this.#paragraphs(true) }];
  }
}

/** What `oclif.helpClass` of package.json names. */
export default class Pages extends Help {
  protected override CommandHelpClass = Page;

  constructor(config: Interfaces.Config, options: Partial<Interfaces.HelpOptions> = {}) {
    super(config, { ...options, showFlagOptionsInTitle: true });
    this.opts.maxWidth = Math.min(this.opts.maxWidth ?? WIDEST, WIDEST);
  }

  protected override get sortedCommands(): Command.Loadable[] {
    return super.sortedCommands.toSorted((a, b) => place(LIFE, a.id, LIFE.length) - place(LIFE, b.id, LIFE.length));
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    this.log(`${this.wrap(command.summary ?? '')}\n\n${this.formatCommand(command)}`);
  }

  protected override async showRootHelp(): Promise<void> {
    const own = this.sortedCommands.filter(({ id }) => !/[: ]/u.test(id));
    const topics = this.sortedTopics.map(({ name, description }) => [name, description] as [string, string]);
    const list = [...own.map(({ id, summary }) => [id, summary] as [string, string | undefined]), ...topics];
    const bin = this.config.bin;
    this.log([
      this.render(this.config.pjson['description'] as string),
      this.section('USAGE', `$ ${bin} COMMAND [flags]`),
      this.section('COMMANDS', this.renderList(list, { indentation: 2, spacer: '\n' })),
      this.section('EXAMPLES', [`$ ${bin} deploy --yes`, `$ ${bin} connect 3`, `$ ${bin} exec --help`].join('\n')),
    ].join('\n\n'));
  }
}
