import { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

/** Who may act for a node: its payout address decides, and its operator's hot key acts. */
export function operatorCommand(): Command {
  return new Command('operator')
    .description("change a node's key or its payout address; the payout address decides, the new key accepts")
    .addCommand(showCommand())
    .addCommand(nameCommand())
    .addCommand(acceptCommand())
    .addCommand(payoutCommand());
}

const NODE = ['<node>', 'its number'] as const;

function showCommand(): Command {
  return verb('show', "a node's key, payout address, and the key that may take over", [
    ['operator show 12', "node 12's key and payout address"],
  ])
    .argument(...NODE)
    .action(async (text: string, options: CommonOptions) => {
      const { openSession } = await import('../session.ts');
      const { operatorOf, operatorLines } = await import('../operator-report.ts');
      const { parseId } = await import('../which-agreement.ts');
      const session = await openSession(options);
      const shown = await operatorOf(await session.chain(), parseId(text, 'a node'));
      session.output.result(shown, () => operatorLines(shown));
    });
}

function nameCommand(): Command {
  return verb('name', 'with the wallet of the payout address: name the key that may take over; --nobody takes it back', [
    ['operator name 12 0x90F79bf6EB2c4f870365E785982E1f101E93b906', 'name the key that may take node 12 over'],
    ['operator name 12 --nobody', 'take that back'],
  ])
    .argument(...NODE)
    .argument('[address]', 'of the new key')
    .option('--nobody', 'no key may take over')
    .action(async (text: string, key: string | undefined, options: CommonOptions & { nobody?: boolean }) => {
      const { zeroAddress } = await import('viem');
      const { nameOperator } = await import('../../chain/operator-key.ts');
      const { parseAddress } = await import('../units.ts');
      const named = options.nobody === true ? zeroAddress : parseAddress(key ?? '');
      await change(text, options, (chain, id) => nameOperator(chain, { id, key: named }));
    });
}

function acceptCommand(): Command {
  return verb('accept', 'with the wallet that was named: take a node over, at once; the former key is void for good', [
    ['operator accept 12', 'take node 12 over with this wallet'],
  ])
    .argument(...NODE)
    .action(async (text: string, options: CommonOptions) => {
      const { acceptOperator } = await import('../../chain/operator-key.ts');
      await change(text, options, (chain, id) => acceptOperator(chain, { id }));
    });
}

function payoutCommand(): Command {
  return verb('payout', 'with the wallet of the present payout address: let earnings and stake go elsewhere', [
    ['operator payout 12 0x90F79bf6EB2c4f870365E785982E1f101E93b906', 'let its earnings and stake go there'],
  ])
    .argument(...NODE)
    .argument('<address>', 'of the new payout')
    .option('--yes', 'do not ask')
    .action(async (text: string, to: string, options: CommonOptions & { yes?: boolean }) => {
      const { setPayout } = await import('../../chain/change-node.ts');
      const { confirm } = await import('../confirm.ts');
      const { parseAddress } = await import('../units.ts');
      const payout = parseAddress(to);
      if (options.yes !== true) await confirm(`Let everything that node ${text} earns, and its stake, go to ${payout}? [y/N] `);
      await change(text, options, (chain, id) => setPayout(chain, { id, payout }));
    });
}

async function change(text: string, options: CommonOptions, send: (chain: import('../../chain/client.ts').Chain, id: number) => Promise<void>): Promise<void> {
  const { openSession } = await import('../session.ts');
  const { operatorOf, operatorLines } = await import('../operator-report.ts');
  const { parseId } = await import('../which-agreement.ts');
  const id = parseId(text, 'a node');
  const { output, signingChain } = await openSession(options);
  const { chain } = await signingChain();
  await send(chain, id);
  const shown = await operatorOf(chain, id);
  output.result(shown, () => operatorLines(shown));
}
