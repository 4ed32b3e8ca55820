import { expect, it } from 'vitest';
import { chainError } from '../../../../src/lib/aws/credential-errors.js';

it('of a credential_process ends with its words, and not with the line feed of what it printed', () => {
  expect(chainError(new Error('Command failed: /bin/false\n'), 'p', { processProfile: 'p' } as Parameters<typeof chainError>[2])).toMatchObject({
    code: 'credentials-missing', message: 'no AWS credentials were found in profile "p": Command failed: /bin/false', hint: expect.stringContaining('credential_process by hand') as string,
  });
});
