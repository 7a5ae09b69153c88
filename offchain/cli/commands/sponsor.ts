import { Command } from 'commander';
import { DRY_RUN_OPTION, verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

/** Pools that pay for the readers of one content. */
export function sponsorCommand(): Command {
  return new Command('sponsor')
    .description('pay for the readers of a content, whoever serves it')
    .addCommand(openCommand())
    .addCommand(fundCommand())
    .addCommand(statusCommand())
    .addCommand(closeCommand());
}

interface OpenOptions extends CommonOptions {
  readonly maxPerGib: string;
  readonly signer?: string;
  readonly heavy?: string;
  readonly dryRun?: boolean;
}

function openCommand(): Command {
  return verb('open', 'open a pool for a content', [
    ['sponsor open bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy 10 --max-per-gib 0.01', '10 tokens for whoever reads it'],
  ])
    .argument('<contentId>', 'of what is read')
    .argument('<tokens>', 'deposit')
    .requiredOption('--max-per-gib <tokens>', 'the highest price that is paid')
    .option('--signer <address>', 'who says how much was served, your gateway for example (default: you)')
    .option('--heavy <node>', 'the heavy node that shares the fee (default: none)')
    .option(...DRY_RUN_OPTION)
    .action(async (contentId: string, tokens: string, options: OpenOptions) => {
      const { openSession } = await import('../session.ts');
      const { sponsorPool } = await import('../../chain/sponsor-pool.ts');
      const { readPool } = await import('../../chain/read-pool.ts');
      const { contentHash } = await import('../../wire/paid-reads.ts');
      const { poolLines } = await import('../channel-report.ts');
      const { parseAddress, parseAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const terms = {
        content: contentHash(contentId),
        amount: parseAmount(tokens),
        maxPerMib: parseAmount(options.maxPerGib) / 1024n,
        signer: options.signer === undefined ? undefined : parseAddress(options.signer),
        heavy: options.heavy === undefined ? 0 : parseId(options.heavy, 'a heavy node'),
      };
      const { output, signingChain } = await openSession(options);
      const { chain, account } = await signingChain();
      if (options.dryRun === true) return (await import('../dry-run.ts')).showPayment(output, { chain, payer: account.address, cost: terms.amount, facts: { contentId } });
      const { pool } = await sponsorPool(chain, terms);
      const state = await readPool(chain, pool);
      output.result(state, () => poolLines(state));
    });
}

function fundCommand(): Command {
  return verb('fund', "add to a pool, whoever's it is", [
    ['sponsor fund 2 5', '5 tokens more into pool 2'],
  ])
    .argument('<pool>', 'its number')
    .argument('<tokens>', 'how many')
    .option(...DRY_RUN_OPTION)
    .action(async (text: string, tokens: string, options: CommonOptions & { dryRun?: boolean }) => {
      const { openSession } = await import('../session.ts');
      const { fundPool } = await import('../../chain/sponsor-pool.ts');
      const { readPool } = await import('../../chain/read-pool.ts');
      const { poolLines } = await import('../channel-report.ts');
      const { parseAmount } = await import('../units.ts');
      const { parseId } = await import('../which-agreement.ts');
      const added = { pool: BigInt(parseId(text, 'a pool')), amount: parseAmount(tokens) };
      const { output, signingChain } = await openSession(options);
      const { chain, account } = await signingChain();
      await readPool(chain, added.pool);
      if (options.dryRun === true) return (await import('../dry-run.ts')).showPayment(output, { chain, payer: account.address, cost: added.amount, facts: { pool: added.pool } });
      await fundPool(chain, added);
      const state = await readPool(chain, added.pool);
      output.result(state, () => poolLines(state));
    });
}

function statusCommand(): Command {
  return verb('status', 'how a pool stands', [
    ['sponsor status 2', 'how pool 2 stands'],
  ])
    .argument('<pool>', 'its number')
    .action(async (text: string, options: CommonOptions) => {
      const { openSession } = await import('../session.ts');
      const { readPool } = await import('../../chain/read-pool.ts');
      const { poolLines } = await import('../channel-report.ts');
      const { parseId } = await import('../which-agreement.ts');
      const session = await openSession(options);
      const state = await readPool(await session.chain(), BigInt(parseId(text, 'a pool')));
      session.output.result(state, () => poolLines(state));
    });
}

function closeCommand(): Command {
  return verb('close', 'begin to close a pool; asked again after the waiting time, take what is left', [
    ['sponsor close 2', 'begin; after the waiting time, the same again takes the rest out'],
  ])
    .argument('<pool>', 'its number')
    .action(async (text: string, options: CommonOptions) => {
      const { openSession } = await import('../session.ts');
      const { closePool, startClosingPool } = await import('../../chain/close-pool.ts');
      const { readPool } = await import('../../chain/read-pool.ts');
      const { closeInSteps, closingLine } = await import('../close-in-steps.ts');
      const { parseId } = await import('../which-agreement.ts');
      const pool = BigInt(parseId(text, 'a pool'));
      const { output, signingChain } = await openSession(options);
      const { chain } = await signingChain();
      const closed = await closeInSteps(chain, {
        closesAt: (await readPool(chain, pool)).closesAt,
        start: () => startClosingPool(chain, { pool }),
        finish: () => closePool(chain, { pool }),
      });
      output.result({ pool, ...closed }, () => closingLine(`Pool ${pool}`, closed));
    });
}
