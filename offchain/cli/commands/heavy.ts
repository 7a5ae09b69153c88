import { Command } from 'commander';
import { supervisedOption, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface StartOptions extends CommonOptions {
  readonly supervised?: boolean;
}

export function heavyCommand(): Command {
  return new Command('heavy').description('match, watch and repair for a share of the rent').addCommand(startCommand()).addCommand(feesCommand());
}

function startCommand(): Command {
  return verb('start', 'run the heavy node that `heavy` in config.json describes; registers where needed')
    .addOption(supervisedOption())
    .action(async (options: StartOptions) => {
      const { join } = await import('node:path');
      const { openSession } = await import('../session.ts');
      const { runService } = await import('../service.ts');
      const { requireSection } = await import('../config.ts');
      const { startHeavy } = await import('../../heavy/service.ts');
      const session = await openSession(options);
      const settings = requireSection(session.home, session.config, 'heavy');
      await runService(session, options, (context) => startHeavy({ ...context, settings: { ...settings, home: join(session.home, 'heavy') } }));
    });
}

function feesCommand(): Command {
  return verb('fees', 'what the heavy node of this home folder is owed')
    .option('--withdraw', 'settle and pay it: fees to the payout address, bounties and rewards to the operator; a fifth of the fees is burned')
    .action(async (options: CommonOptions & { withdraw?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { ownNode } = await import('../own-node.ts');
      const { collectFees, readFees } = await import('../../heavy/fees.ts');
      const { formatAmount } = await import('../units.ts');
      const session = await openSession(options);
      const { chain, id } = await ownNode(session, 'heavy');
      if (options.withdraw !== true) {
        const fees = await readFees(chain, id);
        session.output.result(fees, () => [`Fees     ${formatAmount(fees.owed)} tokens are settled, ${formatAmount(fees.toBurn)} wait to be burned`, `Rewards  ${formatAmount(fees.rewards)} tokens of bounties and rewards`]);
        return;
      }
      const paid = await collectFees(chain, id);
      session.output.result(paid, () => `${paid.rails} rails are settled; ${formatAmount(paid.fees)} tokens of fees and ${formatAmount(paid.rewards)} of bounties and rewards are paid.`);
    });
}
