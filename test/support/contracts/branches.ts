import { describe, it } from 'node:test';
import { reverts } from './books.ts';
import { SHORT } from './in-world.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/** `"when ... -> it reverts X"`: prepares the world and returns the call; anything else does all of it and asserts. */
export type Branch = (world: World) => Promise<unknown>;

const REVERTS = /-> it reverts (\w+)$/;

/**
 * One function's branches, each in a world of its own. A title that ends in `-> it reverts X` wants its body to return the call (a function)
 * that reverts with X.
 */
export function branches(functionName: string, list: Readonly<Record<string, Branch>>, options: WorldOptions = {}): void {
  void describe(functionName, () => {
    for (const [title, body] of Object.entries(list)) {
      void it(title, async () => {
        const world = await createWorld({ ...SHORT, providers: 5, ...options });
        try {
          const error = REVERTS.exec(title)?.[1];
          const call = await body(world);
          if (error !== undefined) await reverts(error, call as () => Promise<unknown>);
        } finally {
          await world.evm.close();
        }
      });
    }
  });
}
