/** What `segue verify` and `segue history rebuild --offline` do where there is nothing to look at. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { rebuildHistory } from '../../src/runtime/rebuild-history.ts';
import { verifyData } from '../../src/runtime/verify-data.ts';
import { settingsWith } from '../http/fake-service.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';

const nothing = { code: 'data/unusable', message: expect.stringContaining('no data directory') as string };

test('a directory that is not there is said, and not made', async () => {
  const data = join(temporaryDirectory(), 'mistyped');
  await expect(verifyData(data, { timezone: 'UTC' })).rejects.toMatchObject(nothing);
  const settings = settingsWith({ data });
  const options = { resume: false, onProgress: () => undefined };
  await expect(rebuildHistory(settings, options)).rejects.toMatchObject(nothing);
  expect(existsSync(data)).toBe(false);
});
