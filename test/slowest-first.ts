/**
 * Files that take minutes start first, so that none of them is still at work alone when all others are done: vitest, where it has
 * no durations of an earlier run, as in CI, starts the largest files first, and how much a file holds says little of its time.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = resolve(import.meta.dirname, '..');

/** From the slowest on; of each project those in it. */
const SLOWEST = [
  'test/conformance/fabric/agreement/agreement.test.ts',
  'test/conformance/session/faults/faults.test.ts',
  'test/e2e/mutations.test.ts',
  'test/e2e/explain.test.ts',
  'test/e2e/lab.test.ts',
  'test/e2e/session-faults.test.ts',
  'test/e2e/terraform-network.test.ts',
  'test/e2e/terraform-compute.test.ts',
  'test/e2e/terraform-identity.test.ts',
].map((file) => resolve(root, file));

/** In the order of {@link SLOWEST}, then as vitest has it. Throws when one of them is not there any more. */
export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = SLOWEST.find((file) => !existsSync(file));
    if (gone !== undefined) throw new Error(`${import.meta.filename} names ${gone}, which is not there`);
    const place = ({ moduleId }: TestSpecification): number => (SLOWEST.includes(moduleId) ? SLOWEST.indexOf(moduleId) : SLOWEST.length);
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own order, no array's
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => place(a) - place(b));
  }
}
