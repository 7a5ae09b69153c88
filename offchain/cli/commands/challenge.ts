import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface ChallengeOptions extends CommonOptions {
  readonly agreement?: string;
  readonly slot: string;
  readonly bundle: string;
  readonly batch?: string;
  readonly leaf?: string;
}

export function challengeCommand(): Command {
  return verb('challenge', 'put a bond on 256 bytes not being there: the provider shows them in time, or loses the slot')
    .option(...AGREEMENT_OPTION)
    .requiredOption('--slot <number>', 'whose bytes')
    .requiredOption('--bundle <number>', 'of which bundle')
    .option('--batch <number>', 'inside the bundle (default: any)')
    .option('--leaf <number>', 'which 256 bytes of the fragment (default: any)')
    .action(async (options: ChallengeOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { challenge } = await import('../../client/challenge.ts');
      const { formatAmount, parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const index = (text: string, what: string) => parseCount(text, { what, min: 0, max: 2 ** 32 - 1 });
      const target = {
        slot: index(options.slot, 'a slot'),
        bundle: index(options.bundle, 'a bundle'),
        batch: options.batch === undefined ? undefined : index(options.batch, 'a batch'),
        leaf: options.leaf === undefined ? undefined : index(options.leaf, 'a leaf'),
      };
      await withClient(options, async ({ client, output }) => {
        const posted = await challenge(client, { agreement: await whichAgreement(client, options.agreement), ...target });
        output.result(posted, () => [
          `Challenge ${posted.challenge}: provider ${posted.provider} must show leaf ${posted.leaf} of batch ${posted.batch} before epoch ${posted.deadlineEpoch} begins.`,
          `Your bond of ${formatAmount(posted.bond)} tokens is its reward then; else it loses slot ${posted.slot}, and the bond comes back to you.`,
        ]);
      });
    });
}
