/** A verify as JSON: what `verify --json` prints, held by `docs/schemas/verify-report.schema.json`. */
import type { VerifyOutcome } from './outcome.js';

/** The file's text. `##[`, a command in the log of GitHub Actions, is written as what it means. */
export function jsonFile({ result }: VerifyOutcome): string {
  return `${JSON.stringify(result.kind === 'report' ? result.report : { error: result.error }, null, 2).replaceAll('##[', String.raw`##\u005b`)}\n`;
}
