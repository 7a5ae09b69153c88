import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Game } from '../support/contracts/life-game.ts';

const SEEDS = process.env['HOLDFAST_SEED'] === undefined ? [1, 2, 3, 4, 5] : [Number(process.env['HOLDFAST_SEED'])];
const STEPS = 100;

describe('the money of market and registry against a model that counts every slot and epoch', () => {
  for (const seed of SEEDS) {
    it(`seed ${seed}: ${STEPS} random acts, then everybody leaves (HOLDFAST_SEED=${seed} replays it)`, async () => {
      const game = await Game.begin(seed);
      const story: string[] = [];
      try {
        for (let i = 0; i < STEPS; i += 1) {
          story.push(await game.step());
          await game.check(story.at(-1)!);
        }
        await game.end();
        assert.ok(game.model.tenures.length > 0);
      } catch (error) {
        process.stderr.write(`seed ${seed}:\n${story.join('\n')}\n`);
        throw error;
      } finally {
        await game.world.evm.close();
      }
    });
  }
});
