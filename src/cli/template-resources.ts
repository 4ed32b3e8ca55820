/** What a template of the user's makes, as far as that can be told without CloudFormation's engine. */
import { templateBody } from '../lib/lab/lab.js';
import { resourcesOf } from './deploy-progress.js';

/**
 * Its resources, logical id → type, of YAML or JSON; those of the lab's own where there is none. None where it cannot be told: it is no template (CloudFormation will say so), or
 * a transform, a loop (`Fn::ForEach`), a module or a nested stack makes more than stands there.
 */
export async function resourcesIn(template: string | undefined): Promise<Map<string, string>> {
  if (template === undefined) return resourcesOf(templateBody());
  const { parse } = await import('yaml');
  let whole: unknown;
  try {
    // Short forms such as !Ref have tags that only CloudFormation knows.
    whole = parse(template, { logLevel: 'silent' });
  } catch {
    return new Map();
  }
  const { Resources, Transform } = isSection(whole) ? whole : {};
  const all = isSection(Resources) ? Object.entries(Resources).map(([id, resource]) => [id, isSection(resource) ? resource['Type'] : undefined] as const) : [];
  const plain = all.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string' && !/^AWS::CloudFormation::Stack$|::MODULE$/u.test(entry[1]));
  return Transform === undefined && plain.length === all.length ? new Map(plain) : new Map();
}

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
