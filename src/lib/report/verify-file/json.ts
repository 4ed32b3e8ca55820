/** A verify as JSON: what `verify --json` prints, held by `docs/schemas/verify-report.schema.json`. */
import type { VerifyOutcome } from './outcome.js';

/** The file's text. */
export function jsonFile({ result }: VerifyOutcome): string {
  return `${JSON.stringify(result.kind === 'report' ? result.report : { error: result.error }, null, 2)}\n`;
}
