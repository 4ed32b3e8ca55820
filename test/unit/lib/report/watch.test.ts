import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { cellWidth } from '../../../../src/lib/report/table.js';
import { watchLines } from '../../../../src/lib/report/watch.js';
import type { Claim, VerifyReport } from '../../../../src/lib/verify/claim.js';

const at = new Date(2026, 10, 29, 14, 3, 9);
const claim: Claim = { instance: 2, claim: 'reachable', subject: 'tcp/9090 from internet', declared: 'not reachable', predicted: 'reachable', observed: 'reachable', verdict: 'fail', by: 'sg-1', why: 'a rule of sg-1 admits tcp/9090 from 0.0.0.0/0, and the instance answers', blame: 'declaration' };
const report: VerifyReport = { version: 1, verdict: 'fail', fabric: 'computed', stack: 's', region: 'r', takenAt: 't', claims: [claim] };
const changed = { kind: 'report', at, seconds: 1, report, changed: [claim], gone: [{ ...claim, subject: 'tcp/22 from an address with a long name' }] } as const;
const failed = { kind: 'error', at, seconds: 1, error: new SsmlabError('aws-error', 'the service says a thing of many words that takes more than a line of a terminal') } as const;

describe('the lines of a watch', () => {
  it('go on beside their time, at whole words', () => {
    expect(watchLines(changed, { style: plainStyle(), width: 60 }, false)).toEqual([
      '14:03:09  ✘ 2 reachable tcp/9090 from internet: declared not',
      '          reachable · predicted reachable · observed',
      '          reachable: a rule of sg-1 admits tcp/9090 from',
      '          0.0.0.0/0, and the instance answers',
      '14:03:09  – 2 reachable tcp/22 from an address with a long',
      '          name: claimed no more',
      '14:03:09  1 claim is broken.',
    ]);
  });

  it.each([40, 60, 80, 100])('fit %i columns, whatever is told', (width) => {
    for (const event of [changed, failed]) {
      for (const isFirst of [false, true]) {
        const lines = watchLines(event, { style: plainStyle(), width, seconds: 1 }, isFirst);
        // The table of the whole report has its own way of being narrow.
        for (const line of lines.filter((each) => !/^ +(?:#|2 {2}✘)/u.test(each))) expect(cellWidth(line), line).toBeLessThanOrEqual(width);
        expect(lines.join(' ')).toContain('14:03:09');
      }
    }
  });

  it('are one a thing in a pipe', () => {
    expect(watchLines(changed, { style: plainStyle() }, false)).toHaveLength(3);
    expect(watchLines(failed, { style: plainStyle() }, false)).toHaveLength(1);
  });
});
