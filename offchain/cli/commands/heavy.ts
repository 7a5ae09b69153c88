import { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { startCommand } from '../start-command.ts';
import { heavyDoctorCommand } from './doctor.ts';

export function heavyCommand(): Command {
  return new Command('heavy').description('match, watch and repair for a share of the rent').addCommand(start()).addCommand(statusCommand()).addCommand(feesCommand()).addCommand(heavyDoctorCommand());
}

function start(): Command {
  return startCommand('heavy', 'run the heavy node that `heavy` in config.json describes; registers where needed', async (config, home) => {
    const { startHeavy } = await import('../../heavy/service.ts');
    return (context) => startHeavy({ ...context, settings: { ...config, home } });
  });
}

function statusCommand(): Command {
  return verb('status', 'what the running heavy node of this home folder does, and what its workers gave and are owed', [
    ['heavy status', 'what the heavy node of this home folder does'],
  ])
    .option('--url <url>', "the node's address; read from the registry where absent")
    .action(async (options: CommonOptions & { url?: string }) => {
      const { openSession } = await import('../session.ts');
      const { heavyStatus, heavyLines } = await import('../heavy-status.ts');
      const session = await openSession(options);
      const status = await heavyStatus(session, options.url);
      session.output.result(status, () => heavyLines(status));
    });
}

function feesCommand(): Command {
  return verb('fees', 'what the heavy node of this home folder is owed', [
    ['heavy fees', 'what it is owed'],
    ['heavy fees --withdraw', 'settle it and have it paid'],
  ])
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
