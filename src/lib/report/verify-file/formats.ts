/** The formats of a verify's files, by the name that `--report` has for each. */
import { htmlFile } from './html.js';
import { jsonFile } from './json.js';
import { junitFile } from './junit.js';
import { markdownFile } from './markdown.js';
import type { VerifyOutcome } from './outcome.js';

export const REPORT_FORMATS = { junit: junitFile, html: htmlFile, md: markdownFile, json: jsonFile } as const satisfies Readonly<Record<string, (outcome: VerifyOutcome) => string>>;

export type ReportFormat = keyof typeof REPORT_FORMATS;

export const isReportFormat = (name: string): name is ReportFormat => Object.hasOwn(REPORT_FORMATS, name);
