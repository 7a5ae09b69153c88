import { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

/** Retrieval channels, seen by who pays. Reading opens them by itself within the policy; these are for looking, topping up and closing. */
export function channelCommand(): Command {
  return new Command('channel')
    .description('deposits that pay providers and edge nodes for reads')
    .addCommand(listCommand())
    .addCommand(openCommand())
    .addCommand(topUpCommand())
    .addCommand(closeCommand());
}

const CHANNEL = ['<channel>', 'its number'] as const;

function listCommand(): Command {
  return verb('list', 'your channels: whom they pay, what is left, whether they are closing', [
    ['channel list', 'your deposits, and what is left of each'],
  ]).action(async (options: CommonOptions) => {
    const { openSession } = await import('../session.ts');
    const { channelsOf } = await import('../../chain/channels-of.ts');
    const { channelLines } = await import('../channel-report.ts');
    const { output, signingChain } = await openSession(options);
    const { chain, account } = await signingChain();
    const channels = await channelsOf(chain, { payer: account.address });
    output.result(channels, () => (channels.length === 0 ? ['You have no open channel.'] : channels.flatMap(channelLines)));
  });
}

function openCommand(): Command {
  return verb('open', 'deposit tokens for the reads of one provider or edge node', [
    ['channel open 12 0.5', 'deposit half a token for reads of node 12'],
    ['channel open 12 0.5 --dry-run', 'what it would take, and whether you have it'],
  ])
    .argument('<node>', 'its number')
    .argument('<tokens>', 'deposit')
    .option('--signer <address>', 'who signs vouchers (default: you)')
    .option(...DRY_RUN_OPTION)
    .action(async (node: string, tokens: string, options: CommonOptions & { signer?: string; dryRun?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { openChannel } = await import('../../chain/open-channel.ts');
      const { readChannel } = await import('../../chain/read-channel.ts');
      const { readNode } = await import('../../chain/read-node.ts');
      const { channelLines } = await import('../channel-report.ts');
      const { parseAddress, parseAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const terms = { payee: parseId(node, 'a node'), amount: parseAmount(tokens), signer: options.signer === undefined ? undefined : parseAddress(options.signer) };
      const { output, signingChain } = await openSession(options);
      const { chain, account } = await signingChain();
      if (options.dryRun === true) return (await import('../dry-run.ts')).showPayment(output, { chain, payer: account.address, cost: terms.amount, facts: { payee: terms.payee } });
      const { parent } = await readNode(chain, terms.payee);
      const { channel } = await openChannel(chain, { ...terms, heavy: parent });
      const state = await readChannel(chain, channel);
      output.result(state, () => channelLines(state));
    });
}

function topUpCommand(): Command {
  return verb('top-up', "add to a channel's deposit", [
    ['channel top-up 3 0.5', 'half a token more into channel 3'],
  ])
    .argument(...CHANNEL)
    .argument('<tokens>', 'how many')
    .option(...DRY_RUN_OPTION)
    .action(async (text: string, tokens: string, options: CommonOptions & { dryRun?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { topUpChannel } = await import('../../chain/open-channel.ts');
      const { readChannel } = await import('../../chain/read-channel.ts');
      const { channelLines } = await import('../channel-report.ts');
      const { parseAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const added = { channel: BigInt(parseId(text, 'a channel')), amount: parseAmount(tokens) };
      const { output, signingChain } = await openSession(options);
      const { chain, account } = await signingChain();
      await readChannel(chain, added.channel);
      if (options.dryRun === true) return (await import('../dry-run.ts')).showPayment(output, { chain, payer: account.address, cost: added.amount, facts: { channel: added.channel } });
      await topUpChannel(chain, added);
      const state = await readChannel(chain, added.channel);
      output.result(state, () => channelLines(state));
    });
}

function closeCommand(): Command {
  return verb('close', 'begin to close a channel; asked again after the waiting time, take the rest of the deposit', [
    ['channel close 3', 'begin; after the waiting time, the same again takes the rest out'],
  ])
    .argument(...CHANNEL)
    .action(async (text: string, options: CommonOptions) => {
      const { openSession } = await import('../session.ts');
      const { closeChannel, startClosingChannel } = await import('../../chain/close-channel.ts');
      const { readChannel } = await import('../../chain/read-channel.ts');
      const { closeInSteps, closingLine } = await import('../close-in-steps.ts');
      const { parseId } = await import('../which-agreement.ts');
      const channel = BigInt(parseId(text, 'a channel'));
      const { output, signingChain } = await openSession(options);
      const { chain } = await signingChain();
      const closed = await closeInSteps(chain, {
        closesAt: (await readChannel(chain, channel)).closesAt,
        start: () => startClosingChannel(chain, { channel }),
        finish: () => closeChannel(chain, { channel }),
      });
      output.result({ channel, ...closed }, () => closingLine(`Channel ${channel}`, closed));
    });
}
