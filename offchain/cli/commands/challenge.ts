import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { AGREEMENT_OPTION } from '../which-agreement.ts';

interface ChallengeOptions extends CommonOptions {
  readonly agreement?: string;
  readonly slot: string;
  readonly bundle: string;
  readonly batch?: string;
  readonly leaf?: string;
  readonly dryRun?: boolean;
}

export function challengeCommand(): Command {
  return verb('challenge', 'put a bond on 256 bytes not being there: the provider shows them in time, or loses the slot', [
    ['challenge --slot 3 --bundle 0', 'provider of slot 3: show any 256 bytes of bundle 0'],
    ['challenge --agreement 7 --slot 3 --bundle 0 --batch 1 --leaf 9 --dry-run', 'what the bond would be'],
  ])
    .option(...AGREEMENT_OPTION)
    .requiredOption('--slot <number>', 'whose bytes')
    .requiredOption('--bundle <number>', 'of which bundle')
    .option('--batch <number>', 'inside the bundle (default: any)')
    .option('--leaf <number>', 'which 256 bytes of the fragment (default: any)')
    .option(...DRY_RUN_OPTION)
    .action(async (options: ChallengeOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { challenge, previewChallenge } = await import('../../client/challenge.ts');
      const { formatAmount, parseCount } = await import('../units.ts');
      const { whichAgreement } = await import('../which-agreement.ts');
      const index = (text: string, what: string) => parseCount(text, { what, min: 0, max: 2 ** 32 - 1 });
      const target = {
        slot: index(options.slot, 'a slot'),
        bundle: index(options.bundle, 'a bundle'),
        batch: options.batch === undefined ? undefined : index(options.batch, 'a batch'),
        leaf: options.leaf === undefined ? undefined : index(options.leaf, 'a leaf'),
      };
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const agreement = await whichAgreement(client, options.agreement);
        if (options.dryRun === true) {
          const { bond } = await previewChallenge(client, { agreement, ...target });
          const { showPayment } = await import('../dry-run.ts');
          return showPayment(output, { chain: client.chain, payer: client.creator, cost: bond, facts: { agreement, ...target }, lines: ['The bond comes back unless the provider shows the bytes.'] });
        }
        const posted = await challenge(client, { agreement, ...target });
        output.result(posted, () => [
          `Challenge ${posted.challenge}: provider ${posted.provider} must show leaf ${posted.leaf} of batch ${posted.batch} before epoch ${posted.deadlineEpoch} begins.`,
          `Your bond of ${formatAmount(posted.bond)} tokens is its reward then; else it loses slot ${posted.slot}, and the bond comes back to you.`,
        ]);
      });
    });
}
