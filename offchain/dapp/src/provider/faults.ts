/** What went wrong with a provider, from the chain's events. Amounts are token units. */
import { lensAbi, marketAbi } from '../../../chain/generated/abi.ts';
import type { ChallengeState } from '../../../chain/read-challenge.ts';
import type { Chain } from '../../../chain/types.ts';
import type { NodeFact } from '../../../earnings/facts.ts';
import { readProviderAccount } from '../../../earnings/provider-statement.ts';
import type { Loss } from '../../../earnings/tenures.ts';

export interface Faults {
  /** The newest first. */
  readonly losses: readonly Loss[];
  readonly reports: readonly Extract<NodeFact, { kind: 'missesReported' }>[];
}

export async function readFaults(chain: Chain, id: number): Promise<Faults> {
  const { history, facts } = await readProviderAccount(chain, id);
  return {
    losses: history.book.losses.filter(({ provider }) => provider === id).reverse(),
    reports: facts.filter((fact): fact is Faults['reports'][number] => fact.kind === 'missesReported').reverse(),
  };
}

/** The newest challenges are looked through; deadlines are a few epochs, so older ones are not open. */
const LOOKED_AT = 1_000n;
const PER_CALL = 100n;

export async function readOpenChallenges(chain: Chain, provider?: number): Promise<ChallengeState[]> {
  const { lens, market } = chain.deployment;
  const count = await chain.read({ address: market, abi: marketAbi, functionName: 'challengeCount' });
  const open: ChallengeState[] = [];
  for (let from = count > LOOKED_AT ? count - LOOKED_AT + 1n : 1n; from <= count; from += PER_CALL) {
    const found = await chain.read({ address: lens, abi: lensAbi, functionName: 'challenges', args: [from, PER_CALL] });
    for (const { number, challenge: { agreement, slot, provider: whose, bundle, batch, leaf, deadlineEpoch, challenger, bond } } of found) {
      if (provider === undefined || whose === provider) open.push({ challenge: number, agreement, slot, provider: whose, bundle, batch, leaf, deadlineEpoch, challenger, bond });
    }
  }
  return open;
}
