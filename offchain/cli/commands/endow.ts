import { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

/** Endowments: principal that pays for a locked agreement period by period. */
export function endowCommand(): Command {
  return new Command('endow')
    .description('let principal pay for a locked agreement, period by period, as long as it is proven')
    .addCommand(foundCommand())
    .addCommand(addCommand())
    .addCommand(statusCommand())
    .addCommand(releaseCommand())
    .addCommand(reclaimCommand())
    .addCommand(recallCommand());
}

const FUND = ['<fund>', 'its number'] as const;

interface FoundOptions extends CommonOptions {
  readonly maxPerPeriod?: string;
  readonly minProven: string;
  readonly vault?: string;
  readonly reservePeriods: string;
  readonly dryRun?: boolean;
}

function foundCommand(): Command {
  return verb('found', 'found an endowment for a locked agreement, whoever created it', [
    ['endow found 7 100 --min-proven 95', '100 tokens pay for agreement 7 as long as 95 % is proven'],
    ['endow found 7 100 --dry-run', 'what it would take, and how many periods that lasts'],
  ])
    .argument('<agreement>', 'its number')
    .argument('<tokens>', 'principal')
    .option('--max-per-period <tokens>', 'what one more period may cost (default: what it costs now)')
    .option('--min-proven <percent>', 'of the last period that must have been proven', '90')
    .option('--vault <address>', 'an ERC-4626 vault that you trust, for yield')
    .option('--reserve-periods <number>', 'so many periods never enter the vault', '0')
    .option(...DRY_RUN_OPTION)
    .action(async (agreement: string, amount: string, options: FoundOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { foundEndowment } = await import('../../client/endowment/found.ts');
      const { endowmentLines } = await import('../endowment-report.ts');
      const { formatAmount, parseAddress, parseAmount, parseCount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const terms = {
        agreement: parseId(agreement, 'an agreement'),
        amount: parseAmount(amount),
        maxPerPeriod: options.maxPerPeriod === undefined ? undefined : parseAmount(options.maxPerPeriod),
        minProvenBps: 100 * parseCount(options.minProven, { what: 'a percentage', min: 0, max: 100 }),
        vault: options.vault === undefined ? undefined : parseAddress(options.vault),
        reservePeriods: parseCount(options.reservePeriods, { what: 'a number of periods', min: 0, max: 65_535 }),
      };
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        if (options.dryRun === true) {
          const { showPayment } = await import('../dry-run.ts');
          const { extensionQuote } = await import('../../client/extend.ts');
          const perPeriod = (await extensionQuote(client, { agreement: terms.agreement, periods: 1 })).cost;
          const periods = perPeriod === 0n ? 0n : terms.amount / perPeriod;
          return showPayment(output, { chain: client.chain, payer: client.creator, cost: terms.amount, facts: { agreement: terms.agreement, perPeriod, periods: Number(periods) }, lines: [`It would pay for ${periods} periods of agreement ${terms.agreement} at ${formatAmount(perPeriod)} tokens each, less what a vault loses or more what it yields.`] });
        }
        const fund = await foundEndowment(client, terms);
        output.result(fund, () => endowmentLines(fund));
      });
    });
}

function addCommand(): Command {
  return verb('add', "add tokens to a fund, whoever's it is", [
    ['endow add 2 50', '50 tokens more into fund 2'],
  ])
    .argument(...FUND)
    .argument('<tokens>', 'how many')
    .option(...DRY_RUN_OPTION)
    .action(async (text: string, tokens: string, options: CommonOptions & { dryRun?: boolean }) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { addToEndowment } = await import('../../client/endowment/add.ts');
      const { endowmentLines } = await import('../endowment-report.ts');
      const { parseAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const added = { fund: parseId(text, 'a fund'), amount: parseAmount(tokens) };
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        if (options.dryRun === true) return (await import('../dry-run.ts')).showPayment(output, { chain: client.chain, payer: client.creator, cost: added.amount, facts: { fund: added.fund } });
        const fund = await addToEndowment(client, added);
        output.result(fund, () => endowmentLines(fund));
      });
    });
}

function statusCommand(): Command {
  return verb('status', 'how a fund stands, or all funds of an agreement', [
    ['endow status 2', 'how fund 2 stands'],
    ['endow status --agreement 7', 'all funds of agreement 7'],
  ])
    .argument('[fund]', 'its number')
    .option('--agreement <number>', 'all funds of this agreement')
    .action(async (text: string | undefined, options: CommonOptions & { agreement?: string }) => {
      const { fundsOf } = await import('../../chain/funds-of.ts');
      const { endowmentStatus } = await import('../../client/endowment/status.ts');
      const { UsageError } = await import('../errors.ts');
      const { endowmentLines } = await import('../endowment-report.ts');
      const { openSession } = await import('../session.ts');
      const { parseId } = await import('../which-agreement.ts');
      if ((text === undefined) === (options.agreement === undefined)) throw new UsageError('Name a fund, or an agreement with --agreement.');
      const session = await openSession(options);
      const chain = await session.chain();
      const numbers = text !== undefined ? [parseId(text, 'a fund')] : (await fundsOf(chain, { agreement: parseId(options.agreement ?? '', 'an agreement') })).map(({ fund }) => fund);
      const funds = await Promise.all(numbers.map((fund) => endowmentStatus(chain, { fund })));
      session.output.result(funds, () => (funds.length === 0 ? ['No fund pays for this agreement.'] : funds.flatMap(endowmentLines)));
    });
}

function releaseCommand(): Command {
  return verb('release', "let a fund pay for one period more now; heavy nodes do it by themselves, two periods before the agreement's end", [
    ['endow release 2', 'let fund 2 pay for one more period now'],
  ])
    .argument(...FUND)
    .action(async (text: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { releaseEndowment } = await import('../../client/endowment/release.ts');
      const { formatAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const fund = parseId(text, 'a fund');
      await withClient(options, async ({ client, output, signal }) => {
        const released = await releaseEndowment(client, { fund, signal });
        output.result(released, () => `Fund ${fund} paid ${formatAmount(released.paid)} tokens: agreement ${released.agreement} runs until period ${released.endPeriod}.`);
      });
    });
}

function reclaimCommand(): Command {
  return verb('reclaim', 'after the agreement: take back what is left of your fund', [
    ['endow reclaim 2', 'take back what is left of fund 2'],
  ])
    .argument(...FUND)
    .action(async (text: string, options: CommonOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { reclaimEndowment } = await import('../../client/endowment/reclaim.ts');
      const { formatAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const fund = parseId(text, 'a fund');
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const { tokens, shares } = await reclaimEndowment(client, { fund });
        output.result({ fund, tokens, shares }, () => `${formatAmount(tokens)} tokens of fund ${fund} are back${shares === 0n ? '' : `, and ${shares} shares of its vault`}.`);
      });
    });
}

function recallCommand(): Command {
  return verb('recall', 'take everything of your fund out of its vault, for good', [
    ['endow recall 2', 'take everything of fund 2 out of its vault'],
  ])
    .argument(...FUND)
    .action(async (text: string, options: CommonOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { recallEndowment } = await import('../../client/endowment/recall.ts');
      const { formatAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const fund = parseId(text, 'a fund');
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        const { received } = await recallEndowment(client, { fund });
        output.result({ fund, received }, () => `${formatAmount(received)} tokens came out of the vault of fund ${fund}.`);
      });
    });
}
