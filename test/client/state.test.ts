import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreatorState } from '../../offchain/client/state/creator-state.ts';
import { prismaState } from '../../offchain/client/state/prisma-state.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import { stateSuite } from './state-suite.ts';

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-state-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a state in the home folder', () => {
  it.each(Object.entries(stateSuite))('%s', async (_, check) => {
    const home = join(folder, String(count++));
    const open = async (): Promise<CreatorState> => prismaState(await openNodeStore({ home, name: 'creator' }), { lettersPath: join(home, 'letters.json') });
    let state = await open();
    try {
      await check({
        state,
        async reopen() {
          await state.close();
          return (state = await open());
        },
      });
    } finally {
      await state.close();
    }
  });

  it('is checked by every part of the suite', () => {
    expect(Object.keys(stateSuite).length).toBeGreaterThan(10);
  });
});
