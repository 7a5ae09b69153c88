import { withClient } from './client-session.ts';
import type { CommonOptions } from './config.ts';
import { showPayment } from './dry-run.ts';
import { renewalLines } from './renewal-report.ts';
import { parseAmount, parseCount } from './units.ts';
import { whichAgreement } from './which-agreement.ts';
import { autoRenew, renewalOf, takePot, topUp } from '../client/auto-renew.ts';

export interface RenewOptions extends CommonOptions {
  readonly agreement?: string;
  readonly periods?: string;
  readonly maxPerPeriod?: string;
  readonly topUp?: string;
  readonly take?: string | true;
  readonly dryRun?: boolean;
}

/** What `renew` and `top-up` ask for, one after the other; then how the renewal stands. */
export async function renewInSteps(options: RenewOptions): Promise<void> {
  const periods = options.periods === undefined ? undefined : parseCount(options.periods, { what: 'a number of periods', min: 0, max: 520 });
  const maxPerPeriod = options.maxPerPeriod === undefined ? undefined : parseAmount(options.maxPerPeriod);
  const added = options.topUp === undefined ? undefined : parseAmount(options.topUp);
  const taken = typeof options.take === 'string' ? parseAmount(options.take) : undefined;
  await withClient(options, async ({ client, output }) => {
    const agreement = await whichAgreement(client, options.agreement);
    if (options.dryRun === true) {
      const renewal = await renewalOf(client, { agreement });
      const pot = renewal.pot + (added ?? 0n);
      const periodsPaid = renewal.costPerPeriod === 0n ? 0 : Number(pot / renewal.costPerPeriod);
      const after = { ...renewal, pot, periodsPaid };
      return showPayment(output, { chain: client.chain, payer: client.creator, cost: added ?? 0n, facts: { ...after, periods, maxPerPeriod }, lines: renewalLines(after) });
    }
    if (options.take !== undefined) await takePot(client, { agreement, amount: taken });
    if (periods !== undefined) await autoRenew(client, { agreement, periods, maxPerPeriod });
    if (added !== undefined) await topUp(client, { agreement, amount: added });
    const renewal = await renewalOf(client, { agreement });
    output.result(renewal, () => renewalLines(renewal));
  });
}
