/** Which agreement an upload goes to, and whether it may. */
import { isAddressEqual } from 'viem';
import { agreementsOf } from '../chain/agreements-of.ts';
import { currentPeriod } from '../chain/current-epoch.ts';
import type { Client } from './client.ts';
import { AgreementError } from './errors.ts';
import type { AgreementView } from './fetch/agreement-view.ts';

/** The named agreement, or the only one that runs. @throws AgreementError, ChainError NO_SUCH_AGREEMENT, RpcUnavailableError */
export async function pickAgreement(client: Client, agreement: number | undefined): Promise<AgreementView> {
  const period = await currentPeriod(client.chain);
  if (agreement !== undefined) return checked(client, await client.views.refresh(agreement), period);
  const views = await Promise.all((await agreementsOf(client.chain, client.creator)).map((id) => client.views.refresh(id)));
  const running = views.filter(({ state }) => state.endPeriod > period);
  const [only] = running;
  if (only === undefined) throw new AgreementError('NO_AGREEMENT', 'There is no running agreement to store in.', 'Rent space first.');
  if (running.length > 1) {
    const ids = running.map(({ id }) => id);
    throw new AgreementError('WHICH_AGREEMENT', `There are ${ids.length} running agreements (${ids.join(', ')}).`, 'Name the one to store in.', { ids });
  }
  return only;
}

function checked(client: Client, view: AgreementView, period: number): AgreementView {
  const { id, state } = view;
  if (!isAddressEqual(state.creator, client.creator)) {
    throw new AgreementError('AGREEMENT_NOT_YOURS', `Agreement ${id} belongs to ${state.creator}.`, 'Use the wallet that opened it, or another agreement.', { id });
  }
  if (state.endPeriod <= period) {
    throw new AgreementError('AGREEMENT_OVER', `Agreement ${id} ended with period ${state.endPeriod}; now is period ${period}.`, 'Rent space anew.', { id });
  }
  return view;
}
