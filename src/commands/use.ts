/** `ssmlab use`: which lab later commands mean. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags } from '../cli/flags.js';
import { usedLabText } from '../cli/lab-in-use.js';
import { SsmlabError } from '../lib/errors.js';
import { checkRegionName, checkStackName } from '../lib/target/lab-folder.js';
import { isMadeHere, isSame, type LabInUse, labInUse, labsMadeHere, type RecordedLab, useLab, useNone } from '../lib/target/lab-in-use.js';
import { stateHome } from '../lib/target/local/home.js';

interface Used {
  inUse: (LabInUse & { readonly madeHere: boolean }) | null;
  labs: readonly RecordedLab[];
}

export default class Use extends BaseCommand {
  static override summary = 'Choose the lab that later commands mean.';
  static override description = 'Without an argument it lists the labs that were made here, and which is in use. Flags and variables of a command come before what is chosen here. Only names are kept, no key and no token.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> second', '<%= config.bin %> <%= command.id %> --target aws --region eu-central-1 --profile sandbox --stack ssmlab'];
  static override usage = '<%= command.id %> [NAME] [flags]';
  static override args = { name: Args.string({ ignoreStdin: true, description: 'stack of a lab that was made here' }) };
  static override flags = { ...stackFlags, none: Flags.boolean({ description: 'forget what was chosen', helpGroup: 'TARGET' }) };
  static override enableJsonFlag = true;
  protected override heedsLabInUse = false;

  async run(): Promise<Used> {
    const { args, flags, metadata } = await this.parse(Use);
    const home = stateHome();
    const isGiven = (name: 'target' | 'region' | 'profile' | 'stack'): boolean => flags[name] !== undefined && metadata.flags[name]?.setFromDefault !== true;
    const given = isGiven('target') || isGiven('region') || isGiven('profile') || isGiven('stack');
    if ((args.name !== undefined || given) && flags.none) throw new SsmlabError('usage', 'a lab and --none exclude each other', { hint: 'see `ssmlab use --help`' });
    if (flags.none) await useNone(home);
    else if (args.name !== undefined) await useLab(home, this.#named(home, args.name, { target: isGiven('target') ? flags.target : undefined, region: flags.region, profile: flags.profile }));
    else if (given) {
      checkStackName(flags.stack);
      if (flags.region !== undefined) checkRegionName(flags.region);
      if (flags.profile !== undefined && flags.target !== 'aws') throw new SsmlabError('usage', '--profile is for --target aws', { hint: 'add --target aws' });
      await useLab(home, { target: flags.target, region: flags.region, profile: flags.profile, stack: flags.stack });
    }
    const inUse = labInUse(home);
    const labs = labsMadeHere(home);
    this.print(labs.map((lab) => `${inUse !== undefined && isSame(inUse, lab) ? '*' : ' '} ${usedLabText(lab)}`));
    if (inUse === undefined) this.say(labs.length === 0 ? 'No lab was made here, and none is in use.' : 'None is in use: commands mean the stack "ssmlab" of the local cloud.');
    else if (!labs.some((lab) => isSame(inUse, lab))) this.say(`In use: ${usedLabText(inUse)}, which was destroyed or not made here.`);
    return { inUse: inUse === undefined ? null : { ...inUse, madeHere: isMadeHere(home, inUse) }, labs };
  }

  /** The lab of this stack among those made here. */
  #named(home: string, stack: string, { target, region, profile }: { readonly [Name in 'target' | 'region' | 'profile']: LabInUse[Name] | undefined }): LabInUse {
    const labs = labsMadeHere(home);
    const found = labs.filter((lab) => lab.stack === stack && (target ?? lab.target) === lab.target && (region ?? lab.region) === lab.region);
    const [only, ...more] = found;
    if (only === undefined) throw new SsmlabError('no-lab', `no lab "${stack}" was made here`, { hint: labs.length === 0 ? 'run `ssmlab deploy`, or name one that is elsewhere: `ssmlab use --target aws --stack NAME`' : `there ${labs.length === 1 ? 'is' : 'are'} ${labs.map(usedLabText).join('; ')}` });
    if (more.length > 0) throw new SsmlabError('usage', `"${stack}" is the name of ${found.length} labs`, { hint: `say which by --target and --region: ${found.map(usedLabText).join('; ')}` });
    return { ...only, profile };
  }
}
