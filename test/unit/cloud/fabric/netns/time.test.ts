import { describe, expect, it } from 'vitest';
import { timeAnswer } from '../../../../../src/cloud/fabric/netns/time.js';

/** What `sntp` and chrony send: version 4, client, and their own time at byte 40. */
function question(head = 0x23): Buffer {
  const bytes = Buffer.alloc(48);
  bytes[0] = head;
  bytes.write('sent now', 40, 'latin1');
  return bytes;
}

describe('the time service', () => {
  it('answers a client with the time, and with what the client sent', () => {
    const answer = timeAnswer(question(), Date.UTC(2026, 10, 29, 12, 0, 0, 500));
    expect(answer?.[0]).toBe(0x24);
    expect(answer?.[1]).toBe(3);
    expect(answer?.toString('latin1', 24, 32)).toBe('sent now');
    for (const at of [16, 32, 40]) {
      expect((answer?.readUInt32BE(at) ?? 0) - 2_208_988_800).toBe(Date.UTC(2026, 10, 29, 12) / 1000);
      expect(answer?.readUInt32BE(at + 4)).toBe(2 ** 31);
    }
  });

  it('speaks the version that it is spoken to in', () => {
    expect(timeAnswer(question(0x1b), 0)?.[0]).toBe(0x1c);
  });

  it.each([['too short', question().subarray(0, 47)], ['an answer', question(0x24)], ['of no version', question(0x03)], ['empty', Buffer.alloc(0)]])('says nothing to what is %s', (_what, bytes) => {
    expect(timeAnswer(bytes, 0)).toBeUndefined();
  });
});
