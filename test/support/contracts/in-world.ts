import { test } from 'node:test';
import { createWorld, type World, type WorldOptions } from './world.ts';

/** Short periods, so that whole lives fit a test. */
export const SHORT: WorldOptions = { epochsPerPeriod: 6 };

/** One test in a world of its own. */
export function inWorld(name: string, options: WorldOptions, body: (world: World) => Promise<void>): void {
  void test(name, async () => {
    const world = await createWorld({ ...SHORT, ...options });
    try {
      await body(world);
    } finally {
      await world.evm.close();
    }
  });
}
