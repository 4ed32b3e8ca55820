/** What goes, what it has cost, and a yes: on AWS the stack's name, typed out. */
import { existsSync } from 'node:fs';
import { SsmlabError } from '../lib/errors.js';
import { lifetimeText } from '../lib/expiry/duration.js';
import { quantitiesOf } from '../lib/lab/bill.js';
import { costSoFar } from '../lib/price/estimate.js';
import { tablePrices } from '../lib/price/prices.js';
import { dollars } from '../lib/report/preflight.js';
import { printable } from '../lib/report/printable.js';
import { wrapped } from '../lib/report/wrap.js';
import type { DestroyPlan } from '../lib/stack/destroy.js';
import type { LabContext } from './lab-context.js';
import { confirmByName, confirmOrDecline } from './prompts.js';
import { textWidth } from './terminal.js';

/** As wide as what stands before a list of the plan. */
const LABEL = ' '.repeat(13);

/** What it cost while it stood; undefined where nothing is billed, or no price is known. */
function costText({ target }: LabContext, { created, resources }: DestroyPlan): string | undefined {
  const prices = tablePrices(target.region);
  if (target.kind !== 'aws' || created === undefined) return undefined;
  const age = Date.now() - created.getTime();
  if (prices === undefined) return `it stood for ${lifetimeText(age)}`;
  const quantities = quantitiesOf(resources.flatMap(({ type, physicalId }) => (physicalId === null ? [] : [type])), 't4g.nano');
  return `it stood for ${lifetimeText(age)} and cost about ${dollars(costSoFar(quantities, prices, age))} (computed)`;
}

/** Says it and asks; `ends` are the schedule and role of its end, in words. Throws `declined`, or `no-terminal` when nobody is there and --yes was not given. */
export async function confirmDestroy(context: LabContext, plan: DestroyPlan, { ends, yes, canAsk, say, signal }: { readonly ends: readonly string[]; readonly yes: boolean; readonly canAsk: boolean; readonly say: (line: string) => void; readonly signal: AbortSignal }): Promise<void> {
  const { target, stack } = context;
  const named = (type: string): string[] => plan.resources.filter((resource) => resource.type === type).toSorted((a, b) => a.logicalId.localeCompare(b.logicalId)).map(({ logicalId, physicalId }) => `${logicalId} (${physicalId ?? 'not made'})`);
  const room = (textWidth(process.stderr) ?? Infinity) - LABEL.length;
  const row = (label: string, text: string): void => say(`  ${label.padEnd(LABEL.length - 2)}${wrapped(printable(text), room).join(`\n${LABEL}`)}`);
  say(`Destroying ${stack} in ${target.kind === 'aws' ? 'AWS' : 'the local cloud'}, region ${target.region}: ${plan.resources.length} resources`);
  const instances = named('AWS::EC2::Instance');
  if (instances.length > 0) row('instances', instances.join(', '));
  const billed = [...named('AWS::EC2::NatGateway'), ...named('AWS::EC2::EIP'), ...named('AWS::EC2::VPCEndpoint')];
  if (billed.length > 0 && target.kind === 'aws') row('billed too', billed.join(', '));
  if (plan.keyNames.length > 0) row('key pair', `${plan.keyNames.join(', ')}${existsSync(context.lab.keyFile) ? ', and its file here' : ''}`);
  if (ends.length > 0) row('its end', `${ends.join(', ')}, outside the stack`);
  const cost = costText(context, plan);
  if (cost !== undefined) row('until now', cost);
  if (yes) return;
  if (!canAsk) throw new SsmlabError('no-terminal', 'nobody is there to confirm what is deleted', { hint: 'pass --yes' });
  if (target.kind === 'aws') await confirmByName(`Type the stack's name to destroy all of it:`, stack, 'nothing was deleted', signal);
  else await confirmOrDecline('Destroy all of it?', 'nothing was deleted', signal);
}
