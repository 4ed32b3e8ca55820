import { describe, expect, it } from 'vitest';
import { doctorLines } from '../../../../src/lib/report/doctor.js';
import { plainStyle } from '../../../../src/lib/report/style.js';

describe('the doctor', () => {
  it('says the verdict first, then each thing, aligned', () => {
    const lines = doctorLines({
      usable: false,
      reason: 'nft is missing: sudo apt-get install nftables',
      checks: [
        { name: 'program.ip', what: 'links', needed: true, ok: true, detail: '/usr/sbin/ip' },
        { name: 'program.nft', what: 'packet filters', needed: true, ok: false, detail: '', fix: 'install nftables' },
        { name: 'netem', what: 'delay', needed: false, ok: false, detail: 'unknown \u001b[31mqdisc', fix: 'another kernel' },
      ],
    }, plainStyle(false));
    expect(lines).toEqual([
      'This machine cannot carry the netns fabric; what packets would do is computed instead. nft is missing: sudo apt-get install nftables',
      '  ok   links           /usr/sbin/ip',
      '  FAIL packet filters  install nftables',
      '  ?    delay           unknown \\e[31mqdisc; another kernel',
    ]);
  });

  it('says so when it can be had, and what nothing bounds there', () => {
    expect(doctorLines({ usable: true, checks: [] }, plainStyle())).toEqual(['This machine can carry the netns fabric: real packets.', expect.stringMatching(/^Not bounded there: memory/u)]);
  });
});
