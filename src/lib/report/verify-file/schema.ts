/**
 * The JSON Schema of what `verify --json` and `--report json=…` give. `docs/schemas/verify-report.schema.json` is written from it by its test, which
 * holds it against the type of the report in both directions.
 */

const side = (description: string) => ({ type: ['string', 'null'], description }) as const;

export const CLAIM_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['instance', 'claim', 'subject', 'declared', 'predicted', 'observed', 'verdict', 'by', 'why', 'blame'],
  properties: {
    instance: { type: ['integer', 'string'], description: 'The lab\'s number, else the instance id.' },
    claim: {
      enum: ['way-in', 'other-way', 'public-ipv4', 'ping', 'egress-identity', 'service-address', 'inbound', 'reachable', 'security-group', 'default-route', 'endpoint', 'key-pair', 'instance-profile'],
      description: 'What is claimed.',
    },
    subject: side('Which one, where an instance has several; null where it has one.'),
    declared: side('What the lab or a file of expectations says; null: nobody declared it.'),
    predicted: side('What the configuration says; null: it was not asked, or is unknown.'),
    observed: side('What was seen; null: it could not be, or was not asked.'),
    verdict: { enum: ['pass', 'fail', 'unknown'] },
    by: { type: 'string', description: 'What decided: the command, the call, or the id and the rule.' },
    why: { type: 'string', description: 'Why the verdict is what it is: one clause.' },
    blame: side('When it fails: the component that the prediction blames, its id with the rule; null when it blames none.'),
  },
} as const;

export const REPORT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'verdict', 'fabric', 'stack', 'region', 'takenAt', 'claims'],
  properties: {
    version: { const: 1, description: 'Of this format. A member may be added without a new one; none is renamed or removed.' },
    verdict: { enum: ['pass', 'fail', 'unknown'], description: 'fail: a claim is broken. unknown: none is, and one could not be judged, or there is none. Exit status 0, 1, 3.' },
    fabric: { enum: ['aws', 'netns', 'computed'], description: 'What carried the packets: AWS, the kernel, or the rules of the local cloud.' },
    stack: { type: 'string' },
    region: { type: 'string' },
    takenAt: { type: 'string', description: 'ISO 8601, UTC.' },
    claims: { type: 'array', items: CLAIM_SCHEMA },
  },
} as const;

export const ERROR_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      additionalProperties: false,
      required: ['code', 'message', 'hint'],
      properties: {
        code: { type: 'string', description: 'One of docs/errors.md.' },
        message: { type: 'string' },
        hint: { type: 'string', description: 'The next step.' },
      },
    },
  },
} as const;

export const VERIFY_FILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'What ssmlab verify came to',
  description: 'The value of `ssmlab verify --json` and of `ssmlab verify --report json=FILE`: a report, or the error that ended the command.',
  oneOf: [REPORT_SCHEMA, ERROR_SCHEMA],
} as const;
