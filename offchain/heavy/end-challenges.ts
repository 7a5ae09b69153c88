/** Ends challenges of this node's agreements that were not answered in time: the slot becomes vacant, and the next repair fills it. */
import { ContractRevertError } from '../chain/chain-errors.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { endChallenge } from '../chain/end-challenge.ts';
import { readChallenge } from '../chain/read-challenge.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';

/** One that cannot be ended now is logged, and tried again with the next call. */
export async function endChallenges(context: HeavyContext, footprint: Footprint): Promise<void> {
  const { chain, log } = context;
  if (footprint.challenges().length === 0) return;
  const epoch = await currentEpoch(chain);
  for (const { challenge } of footprint.challenges().filter((one) => one.deadlineEpoch <= epoch)) {
    const state = await readChallenge(chain, challenge);
    try {
      if (state !== undefined && state.deadlineEpoch <= epoch) {
        const { slotLost } = await endChallenge(chain, challenge);
        const { agreement, slot, provider } = state;
        log.info('challenge.ended', { challenge, agreement, slot, provider, slotLost });
      }
      footprint.forgetChallenge(challenge);
    } catch (error) {
      if (!(error instanceof ContractRevertError)) throw error;
      log.warn('challenge.not-ended', { challenge, error });
    }
  }
}
