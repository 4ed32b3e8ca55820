/** A judge for the keywords of JSON Schema 2020-12 that our schemas use. A keyword that it does not know is an error, so that nothing passes unjudged. */

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = { object: isObject, array: Array.isArray, string: (value) => typeof value === 'string' };

/** True when the value is as the schema says. */
export function accepts(root: Schema, value: unknown, schema: Schema = root): boolean {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  return Object.entries(schema).every(([keyword, said]) => {
    switch (keyword) {
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
        return true;
      case '$ref':
        return accepts(root, value, (root['$defs'] as Record<string, Schema>)[String(said).replace('#/$defs/', '')]);
      case 'type':
        return TYPES[String(said)]?.(value) ?? false;
      case 'const':
        return value === said;
      case 'enum':
        return (said as readonly unknown[]).includes(value);
      case 'anyOf':
        return (said as readonly Schema[]).some((each) => accepts(root, value, each));
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(said), 'u').test(value);
      case 'required':
        return !isObject(value) || (said as readonly string[]).every((name) => Object.hasOwn(value, name));
      case 'properties':
        return !isObject(value) || Object.entries(properties).every(([name, each]) => !Object.hasOwn(value, name) || accepts(root, value[name], each));
      case 'additionalProperties':
        return !isObject(value) || Object.entries(value).every(([name, each]) => Object.hasOwn(properties, name) || (said !== false && accepts(root, each, said as Schema)));
      case 'propertyNames':
        return !isObject(value) || Object.keys(value).every((name) => accepts(root, name, said as Schema));
      case 'minProperties':
        return !isObject(value) || Object.keys(value).length >= Number(said);
      case 'items':
        return !Array.isArray(value) || value.every((each) => accepts(root, each, said as Schema));
      case 'minItems':
        return !Array.isArray(value) || value.length >= Number(said);
      default:
        throw new Error(`the judge does not know the keyword ${keyword}`);
    }
  });
}
