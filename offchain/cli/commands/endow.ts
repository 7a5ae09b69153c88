import { Command } from 'commander';
import { verb } from '../common-options.ts';
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
}

function foundCommand(): Command {
  return verb('found', 'found an endowment for a locked agreement, whoever created it')
    .argument('<agreement>', 'its number')
    .argument('<tokens>', 'principal')
    .option('--max-per-period <tokens>', 'what one more period may cost (default: what it costs now)')
    .option('--min-proven <percent>', 'of the last period that must have been proven', '90')
    .option('--vault <address>', 'an ERC-4626 vault that you trust, for yield')
    .option('--reserve-periods <number>', 'so many periods never enter the vault', '0')
    .action(async (agreement: string, amount: string, options: FoundOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { foundEndowment } = await import('../../client/endowment/found.ts');
      const { endowmentLines } = await import('../endowment-report.ts');
      const { parseAddress, parseAmount, parseCount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const terms = {
        agreement: parseId(agreement, 'an agreement'),
        amount: parseAmount(amount),
        maxPerPeriod: options.maxPerPeriod === undefined ? undefined : parseAmount(options.maxPerPeriod),
        minProvenBps: 100 * parseCount(options.minProven, { what: 'a percentage', min: 0, max: 100 }),
        vault: options.vault === undefined ? undefined : parseAddress(options.vault),
        reservePeriods: parseCount(options.reservePeriods, { what: 'a number of periods', min: 0, max: 65_535 }),
      };
      await withClient(options, async ({ client, output }) => {
        const fund = await foundEndowment(client, terms);
        output.result(fund, () => endowmentLines(fund));
      });
    });
}

function addCommand(): Command {
  return verb('add', "add tokens to a fund, whoever's it is")
    .argument(...FUND)
    .argument('<tokens>', 'how many')
    .action(async (text: string, tokens: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { addToEndowment } = await import('../../client/endowment/add.ts');
      const { endowmentLines } = await import('../endowment-report.ts');
      const { parseAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const added = { fund: parseId(text, 'a fund'), amount: parseAmount(tokens) };
      await withClient(options, async ({ client, output }) => {
        const fund = await addToEndowment(client, added);
        output.result(fund, () => endowmentLines(fund));
      });
    });
}

function statusCommand(): Command {
  return verb('status', 'how a fund stands, or all funds of an agreement')
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
  return verb('release', "let a fund pay for one period more now; heavy nodes do it by themselves, two periods before the agreement's end")
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
  return verb('reclaim', 'after the agreement: take back what is left of your fund')
    .argument(...FUND)
    .action(async (text: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { reclaimEndowment } = await import('../../client/endowment/reclaim.ts');
      const { formatAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const fund = parseId(text, 'a fund');
      await withClient(options, async ({ client, output }) => {
        const { tokens, shares } = await reclaimEndowment(client, { fund });
        output.result({ fund, tokens, shares }, () => `${formatAmount(tokens)} tokens of fund ${fund} are back${shares === 0n ? '' : `, and ${shares} shares of its vault`}.`);
      });
    });
}

function recallCommand(): Command {
  return verb('recall', 'take everything of your fund out of its vault, for good')
    .argument(...FUND)
    .action(async (text: string, options: CommonOptions) => {
      const { withClient } = await import('../client-session.ts');
      const { recallEndowment } = await import('../../client/endowment/recall.ts');
      const { formatAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const fund = parseId(text, 'a fund');
      await withClient(options, async ({ client, output }) => {
        const { received } = await recallEndowment(client, { fund });
        output.result({ fund, received }, () => `${formatAmount(received)} tokens came out of the vault of fund ${fund}.`);
      });
    });
}
