import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function adoptedCommand(): Command {
  return verb('adopted', 'list what you have adopted, until when it is paid, and what is left of your money', [
    ['adopted', 'what you keep together with others, and until when'],
    ['adopted --reclaim', 'take back what pays for nothing of yours'],
  ])
    .option('--reclaim', 'take back what you have in pools of agreements that none of your names refers to')
    .option('--all', 'with --reclaim: of all agreements; what your names refer to is then paid for by others, or ends')
    .option('--pay <agreement>', 'let the pool of an agreement pay for its next period now, should its heavy node be gone')
    .action(async (options: CommonOptions & { readonly reclaim?: boolean; readonly all?: boolean; readonly pay?: string }) => {
      const { withClient } = await import('../client-session.ts');
      const { adoptions } = await import('../../client/adopt/adoptions.ts');
      const { quitUnused } = await import('../../client/adopt/drop.ts');
      const { EMPTY_CATALOG } = await import('../../codec/catalog.ts');
      const { syncCatalog } = await import('../../client/sync-catalog.ts');
      const { formatAmount } = await import('../units.ts');
      const { adoptionLines, quitLines } = await import('../adopt-report.ts');
      const { payPool } = await import('../../client/adopt/pay-pool.ts');
      const { parseId } = await import('../which-agreement.ts');
      const payee = options.pay === undefined ? undefined : parseId(options.pay, 'an agreement');
      await withClient(options, async ({ client, output, signal }) => {
        if (payee !== undefined) {
          const paid = await payPool(client, { agreement: payee, signal });
          return output.result(paid, () => `Agreement ${payee} runs until period ${paid.endPeriod}; ${formatAmount(paid.paid)} tokens came out of its pool.`);
        }
        const all = await adoptions(client, { signal });
        if (options.reclaim !== true) return output.result(all, () => adoptionLines(all));
        const { quit } = await quitUnused(client, { catalog: options.all === true ? EMPTY_CATALOG : await syncCatalog(client, { signal }), agreements: all.map(({ agreement }) => agreement) });
        output.result({ quit }, () => quitLines(quit));
      });
    });
}
