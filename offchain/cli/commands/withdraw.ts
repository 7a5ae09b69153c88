import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function withdrawCommand(): Command {
  return verb('withdraw', 'pay refunds, compensations and rewards to your wallet', [
    ['withdraw', 'pay what is owed to this wallet'],
  ]).action(async (options: CommonOptions) => {
    const { withClientUntilInterrupted } = await import('../client-session.ts');
    const { withdraw } = await import('../../client/withdraw.ts');
    const { formatAmount } = await import('../units.ts');
    await withClientUntilInterrupted(options, async ({ client, output }) => {
      const paid = await withdraw(client);
      output.result(paid, () => (paid.amount === 0n ? 'Nothing is owed to you.' : `${formatAmount(paid.amount)} tokens are paid to ${client.creator}.`));
    });
  });
}
