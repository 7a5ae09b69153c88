import type { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { RentArguments } from '../rent-request.ts';

interface RentOptions extends CommonOptions, RentArguments {}

export function rentCommand(): Command {
  return verb('rent', 'rent space: show what it costs, and pay for it when you agree', [
    ['rent --space 10GiB --suppliers 13 --dry-run', 'what 10 GiB over 13 providers (7+6) cost; nothing is signed'],
    ['rent --space 10GiB --scheme 10+6 --periods 8 --max-cost 50 --yes', 'any 6 of 16 may be lost; paid unless it is more than 50 tokens'],
    ['rent --space 1GiB --copies 3 --batch 4MiB', 'three full copies, in batches of 4 MiB'],
    ['rent --space 10GiB --explain', 'why each provider would be chosen or refused'],
  ])
    .option('--scheme <k+m>', 'data and parity slots, each at another provider (default: 10+6)')
    .option('--suppliers <number>', 'instead of --scheme: the recommended scheme for so many providers')
    .option('--copies <number>', 'instead of --scheme: so many full copies, each at another provider, each readable alone')
    .requiredOption('--space <size>', 'room for data, for example 10GiB')
    .option('--batch <size>', 'unit of storing, a power of two; every upload fills up its last one (default: a 256th of the space, 1MiB to 256MiB)')
    .option('--periods <number>', 'whole periods (a week each in production)', '4')
    .option('--max-price <tokens>', 'what one provider may ask for one batch and epoch')
    .option('--max-cost <tokens>', 'what the whole term may cost, of all providers together')
    .option('--policy <file>', 'what to ask of providers beyond the protocol, and which scheme and tier for which content (JSON)')
    .option('--for <type or file>', "with --policy: what is to be stored, as a type such as video/mp4 or a file's name")
    .option('--reads <number>', 'with --policy: how often a day it is expected to be read')
    .option('--prefer <cheap|durable|fast>', 'with --policy: what matters most')
    .option('--explain', 'show of every provider why it would be chosen or refused; rents and pays nothing')
    .option(...DRY_RUN_OPTION)
    .option('--yes', 'pay without asking; needs --max-price or --max-cost')
    .action(async (options: RentOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { quote, rent } = await import('../../client/rent.ts');
      const { confirm } = await import('../confirm.ts');
      const { CostAboveLimitError } = await import('../../client/errors.ts');
      const { costLines, policyChoice, quoteFacts, rentRequest } = await import('../rent-request.ts');
      const { explainLines, explained } = await import('../rent-explained.ts');
      const { formatAmount } = await import('../units.ts');

      const { rule, ...choice } = await policyChoice(options);
      const request = { ...rentRequest({ ...options, ...choice }), policy: choice.policy };
      await withClient(options, async ({ client, chain, output, signal }) => {
        const { clock } = await chain();
        if (rule !== undefined) output.say(`By ${rule} of the policy: ${request.scheme.k}+${request.scheme.m}`);
        if (options.explain === true) {
          const told = await explained(() => quote(client, { ...request, explain: true, signal }));
          return output.result(told, () => explainLines(told));
        }
        const offer = await quote(client, { ...request, signal });
        for (const { url, why } of offer.distrusted) output.note(`The heavy node at ${url} was passed over: ${why}.`);
        if (request.maxCost !== undefined && offer.cost > request.maxCost) throw new CostAboveLimitError({ cost: offer.cost, maxCost: request.maxCost });
        if (options.dryRun === true) {
          const { showPayment } = await import('../dry-run.ts');
          return showPayment(output, { chain: client.chain, payer: client.creator, cost: offer.cost, facts: quoteFacts(offer, request), lines: costLines(offer, { ...request, clock }).slice(0, -1) });
        }
        output.say(costLines(offer, { ...request, clock }).join('\n'));
        if (options.yes !== true) await confirm(`Pay ${formatAmount(offer.cost)} tokens? [y/N] `);
        const rented = await rent(client, { ...request, maxCost: offer.cost, signal });
        output.result(rented, () => `Agreement ${rented.agreement} runs until period ${rented.endPeriod}; ${formatAmount(rented.cost)} tokens are paid.`);
      });
    });
}
