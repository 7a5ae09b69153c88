import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

export function fireCommand(): Command {
  return verb('fire', 'give a provider notice: from the next period on its slot goes to a successor', [
    ['fire 12', 'give provider 12 notice in the only agreement'],
    ['fire 12 --agreement 7', 'in agreement 7'],
  ])
    .argument('<provider>', 'its number, as `holdfast status` shows it')
    .option(...AGREEMENT_OPTION)
    .action(async (provider: string, options: CommonOptions & { agreement?: string }) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { giveNotice } = await import('../../client/give-notice.ts');
      const { parseId, whichAgreement } = await import('../which-agreement.ts');
      const id = parseId(provider, 'a provider');
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const agreement = await whichAgreement(client, options.agreement);
        const noticed = await giveNotice(client, { agreement, provider: id });
        const when = new Date(noticed.fromSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
        output.result(noticed, () => `Provider ${id} has notice for slot ${noticed.slot}: the heavy node may replace it from ${when} UTC on (period ${noticed.fromPeriod}). Until then it is paid for what it proves.`);
      });
    });
}
