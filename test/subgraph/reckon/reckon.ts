import { reckonEvents } from './about.ts';
import { reckonAgreements } from './agreements.ts';
import { reckonCopies } from './copies.ts';
import { reckonDuties } from './duties.ts';
import type { History } from './history.ts';
import { reckonMoney } from './money.ts';
import { reckonNetwork } from './network.ts';
import { reckonPayments } from './payments.ts';
import { reckonProviders } from './providers.ts';
import { reckonRails } from './rails.ts';
import type { Reckoned } from './reckoned.ts';
import { reckonTurns } from './turns.ts';

/** Every entity whose fields no single view or event tells, as of the history's newest event. */
export async function reckonAll(history: History): Promise<Reckoned[]> {
  const turns = await reckonTurns(history);
  const duties = reckonDuties(history, turns);
  return [
    ...(await reckonNetwork(history, turns)), ...(await reckonProviders(history, turns, duties)), ...(await reckonRails(history, turns, duties)), ...(await reckonAgreements(history, turns, duties)),
    ...(await reckonMoney(history, turns)), ...reckonCopies(history), ...(await reckonEvents(history)), ...(await reckonPayments(history)),
  ];
}
