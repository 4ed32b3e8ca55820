/**
 * The JSON Schema (2020-12) of a file of expectations, from the same words and patterns as the parser. What a schema cannot
 * say the program says: a range of ports that runs backwards, and whether a selector matches.
 */
import { EGRESS, EXPECTATIONS_VERSION, OPENNESS, PATTERN, PING, PUBLIC_IPV4 } from './language.js';

const openness = { enum: OPENNESS };
const wordOrAddress = (words: readonly string[]) => ({ anyOf: [{ enum: words }, { type: 'string', pattern: PATTERN.address }] });

const places = (description: string) => ({
  description,
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: PATTERN.place },
  additionalProperties: { type: 'object', minProperties: 1, propertyNames: { pattern: PATTERN.flow }, additionalProperties: openness },
});

export const EXPECTATIONS_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'ssmlab expectations',
  description: 'Who must be reachable how, and what must or must not be reachable from where. For `ssmlab verify --expect FILE`; docs/expectations.md explains it.',
  type: 'object',
  required: ['version', 'instances'],
  additionalProperties: false,
  properties: {
    version: { const: EXPECTATIONS_VERSION },
    instances: { type: 'array', minItems: 1, items: { $ref: '#/$defs/entry' } },
  },
  $defs: {
    entry: {
      type: 'object',
      required: ['select'],
      minProperties: 2,
      additionalProperties: false,
      properties: {
        select: {
          description: 'Which instances: a name, an instance id, `name:`, `id:` or `tag:KEY=VALUE`, with globs; terms joined by ` & ` all have to hold; a list means any of them.',
          anyOf: [{ $ref: '#/$defs/selector' }, { type: 'array', minItems: 1, items: { $ref: '#/$defs/selector' } }],
        },
        'session-manager': { description: 'Whether a session opens.', ...openness },
        ssh: { description: 'Whether SSH with the instance\'s key pair opens from this machine.', ...openness },
        'public-ipv4': { description: '`own`: the one that EC2 says it has.', ...wordOrAddress(PUBLIC_IPV4) },
        ping: { description: 'What `ping 8.8.8.8` gets.', enum: PING },
        egress: { description: 'As which address the internet sees it: its own, that of its NAT gateway, none.', ...wordOrAddress(EGRESS) },
        reach: places('What it can reach: place, then flow.'),
        from: places('Who can reach it: place, then flow.'),
      },
    },
    selector: { type: 'string', pattern: PATTERN.selector },
  },
} as const;
