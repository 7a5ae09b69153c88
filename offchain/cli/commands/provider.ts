import { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import { startCommand } from '../start-command.ts';
import { providerDoctorCommand } from './doctor.ts';
import { providerEarningsCommand } from './provider-earnings.ts';

export function providerCommand(): Command {
  return new Command('provider')
    .description('offer space, keep data, prove it, be paid')
    .addCommand(start())
    .addCommand(statusCommand())
    .addCommand(providerEarningsCommand())
    .addCommand(payoutCommand())
    .addCommand(surrenderCommand())
    .addCommand(exitCommand())
    .addCommand(providerDoctorCommand());
}

function start(): Command {
  return startCommand('provider', 'run the provider that `provider` in config.json describes; registers and stakes where needed', async (config, home) => {
    const { startProvider } = await import('../../provider/service.ts');
    return (context) => startProvider({ ...context, config: { ...config, home } });
  });
}

function statusCommand(): Command {
  return verb('status', 'what the running provider of this home folder does', [
    ['provider status', 'what the provider of this home folder does'],
  ])
    .option('--url <url>', "the provider's address; read from the registry where absent")
    .action(async (options: CommonOptions & { url?: string }) => {
      const { openSession } = await import('../session.ts');
      const { providerStandings, providerStatus, standingLines, statusLines } = await import('../provider-status.ts');
      const session = await openSession(options);
      const status = await providerStatus(session, options.url);
      const standings = await providerStandings(session, status.id);
      session.output.result({ ...status, standings }, () => [...statusLines(status), ...standingLines(standings)]);
    });
}

function payoutCommand(): Command {
  return verb('withdraw', 'settle what was proven, claim the reward, redeem the vouchers of paid reads; all of it goes to the payout address', [
    ['provider withdraw', 'settle, claim and pay to the payout address'],
  ]).action(async (options: CommonOptions) => {
    const { openSession } = await import('../session.ts');
    const { ownNode } = await import('../own-node.ts');
    const { withProviderStore } = await import('../provider-store.ts');
    const { settleAndWithdraw } = await import('../../provider/money.ts');
    const { redeemStored } = await import('../read-income.ts');
    const { formatAmount } = await import('../units.ts');
    const session = await openSession(options);
    const { chain, id } = await ownNode(session, 'provider');
    const payday = await withProviderStore(session, async (store) => ({ ...(await settleAndWithdraw({ chain, store, id })), reads: await redeemStored(chain, { store, id }) }));
    session.output.result({ provider: id, ...payday }, () => `${formatAmount(payday.earned)} tokens are settled, ${formatAmount(payday.withdrawn)} are paid out, with ${formatAmount(payday.rewarded)} of rewards and ${formatAmount(payday.reads)} of paid reads.`);
  });
}

function surrenderCommand(): Command {
  return verb('surrender', 'admit that the data of a slot is lost: half of the slash that losing it would cost', [
    ['provider surrender --agreement 7 --slot 3', 'admit the loss of slot 3, after asking'],
  ])
    .requiredOption('--agreement <number>', 'its number')
    .requiredOption('--slot <number>', 'which slot')
    .option('--yes', 'do not ask')
    .action(async (options: CommonOptions & { agreement: string; slot: string; yes?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { ownNode } = await import('../own-node.ts');
      const { surrender } = await import('../../chain/surrender.ts');
      const { confirm } = await import('../confirm.ts');
      const { formatAmount, parseCount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const at = { agreement: parseId(options.agreement, 'an agreement'), slot: parseCount(options.slot, { what: 'a slot', min: 0, max: 63 }) };
      const session = await openSession(options);
      const { chain } = await ownNode(session, 'provider');
      if (options.yes !== true) await confirm(`Give up slot ${at.slot} of agreement ${at.agreement} and be slashed? [y/N] `);
      const { slashed } = await surrender(chain, at);
      session.output.result({ ...at, slashed }, () => `Slot ${at.slot} of agreement ${at.agreement} is vacant; ${formatAmount(slashed)} tokens of the stake are slashed.`);
    });
}

function exitCommand(): Command {
  return verb('exit', 'leave: take on nothing new, hand slots over, take the stake out. Run it again to see how far it is', [
    ['provider exit', 'leave, step by step; run it again to see how far it is'],
    ['provider exit --cancel', 'stay after all'],
  ])
    .option('--cancel', 'stay after all')
    .action(async (options: CommonOptions & { cancel?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { ownNode } = await import('../own-node.ts');
      const { withProviderStore } = await import('../provider-store.ts');
      const { exitProgress, exitLines } = await import('../exit-report.ts');
      const { setLeaving } = await import('../../provider/leaving.ts');
      const session = await openSession(options);
      const { chain, id } = await ownNode(session, 'provider');
      const leaves = options.cancel !== true;
      await withProviderStore(session, (store) => setLeaving(store, leaves));
      const progress = await exitProgress(chain, id);
      session.output.result({ ...progress, leaving: leaves }, () => (leaves ? exitLines(progress) : [`Provider ${id} stays.`]));
    });
}
