import { currentEpoch } from '../../../chain/current-epoch.ts';
import { readAgreement } from '../../../chain/read-agreement.ts';
import { table } from '../../output.ts';
import { formatAmount } from '../../units.ts';
import { isFull, provedSince, untilProven } from '../chain-facts.ts';
import type { ProvedFact } from '../chain-facts.ts';
import { must } from '../story.ts';
import type { Figures, Story } from '../story.ts';

const EPOCHS = 3;
/** Looked at until enough of them are full; a machine that is busy with something else may lose one. */
const EPOCHS_MAX = 10;

/** Whole epochs go by; every provider proves each one with one transaction of its own. */
export async function proveStep({ chain, creator, options }: Story): Promise<Figures> {
  const { slots } = await readAgreement(chain, creator.agreement);
  const started = (await currentEpoch(chain)) + 1;
  const full: number[] = [];
  const incomplete: number[] = [];
  let proofs: ProvedFact[] = [];
  for (let epoch = started; full.length < EPOCHS; epoch++) {
    must(epoch < started + EPOCHS_MAX, () => `only ${full.length} of ${EPOCHS_MAX} epochs were proven by every provider`);
    await untilProven({ chain, epoch, slots });
    proofs = await provedSince(chain, started);
    (isFull(slots, proofs, epoch) ? full : incomplete).push(epoch);
    options.progress({ label: 'Proving', done: full.length, total: EPOCHS, unit: 'epochs' });
  }
  const rows = slots.map(({ slot, provider, rent }) => {
    const proven = proofs.filter((proof) => proof.provider === provider).map(({ epoch }) => epoch);
    return { slot, provider, epochs: proven, earned: String(rent * BigInt(proven.length)) };
  });
  const holders = new Set(slots.map(({ provider }) => provider));
  const ours = proofs.filter(({ provider }) => holders.has(provider));
  const transactions = new Set(ours.map(({ transaction }) => transaction)).size;
  must(transactions === ours.length, () => `${ours.length} proofs came in ${transactions} transactions`);

  const lines = rows.map(({ slot, provider, epochs, earned }) => [String(slot), String(provider), epochs.join(' '), formatAmount(BigInt(earned))]);
  for (const line of table([['slot', 'provider', 'epochs proven', 'earned (tokens, before fees)'], ...lines], { right: [0, 1] })) options.say(`  ${line}`);
  return { epochs: full.length, provenByAll: full, incomplete, providers: rows.length, proofs: ours.length, transactions, table: rows };
}
