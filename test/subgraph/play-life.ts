import { Game } from '../support/contracts/life-game.ts';
import { PLAYS } from '../support/contracts/life-plays.ts';
import { record, type Played } from './check.ts';
import { furnish } from './stage.ts';

/** A random life of the market, as the tests of its money play it: the same seed, the same life. Looked at every so many acts, where there is anything to see. */
export async function playLife({ seed, acts, every }: { readonly seed: number; readonly acts: number; readonly every: number }): Promise<Played> {
  const game = await Game.begin(seed);
  const stage = await furnish(game.world, [...game.world.providers]);
  const { evm } = stage.world;
  const blocks: number[] = [];
  for (let act = 1; act <= acts; act += 1) {
    await game.step(PLAYS);
    if (act % every > 0) continue;
    const block = await evm.request<string>('eth_blockNumber', []);
    // Behind a block that only moves the clock the chain is ahead of its newest event.
    if ((await evm.request<readonly unknown[]>('eth_getLogs', [{ fromBlock: block, toBlock: block }])).length > 0) blocks.push(Number(block));
  }
  return record(stage, blocks);
}
