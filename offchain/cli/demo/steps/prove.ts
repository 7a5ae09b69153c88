import { currentEpoch } from '../../../chain/current-epoch.ts';
import { readAgreement } from '../../../chain/read-agreement.ts';
import { table } from '../../output.ts';
import { formatAmount } from '../../units.ts';
import { provedSince, untilEpoch } from '../chain-facts.ts';
import { must } from '../story.ts';
import type { Figures, Story } from '../story.ts';

const EPOCHS = 3;

/** Whole epochs go by; every provider proves each one with one transaction of its own. */
export async function proveStep({ chain, creator, options }: Story): Promise<Figures> {
  const first = (await currentEpoch(chain)) + 1;
  await untilEpoch(chain, first + EPOCHS);
  const { slots } = await readAgreement(chain, creator.agreement);
  const proofs = (await provedSince(chain, first)).filter(({ epoch }) => epoch < first + EPOCHS);
  const rows = slots.map(({ slot, provider, rent }) => {
    const proven = proofs.filter((proof) => proof.provider === provider).map(({ epoch }) => epoch);
    must(proven.length === EPOCHS, () => `provider ${provider} in slot ${slot} proved ${proven.length} of ${EPOCHS} epochs`);
    return { slot, provider, epochs: proven, earned: String(rent * BigInt(proven.length)) };
  });
  const holders = new Set(slots.map(({ provider }) => provider));
  const ours = proofs.filter(({ provider }) => holders.has(provider));
  const transactions = new Set(ours.map(({ transaction }) => transaction)).size;
  must(transactions === ours.length, () => `${ours.length} proofs came in ${transactions} transactions`);

  const lines = rows.map(({ slot, provider, epochs, earned }) => [String(slot), String(provider), epochs.join(' '), formatAmount(BigInt(earned))]);
  for (const line of table([['slot', 'provider', 'epochs proven', 'earned (tokens, before fees)'], ...lines], { right: [0, 1] })) options.say(`  ${line}`);
  return { epochs: EPOCHS, firstEpoch: first, providers: rows.length, proofs: ours.length, transactions, table: rows };
}
