import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function sharedCommand(): Command {
  return verb('shared', 'list what others share with you, or what you share', [
    ['shared', 'what others share with you'],
    ['shared --mine', 'what you share, and with whom'],
  ])
    .option('--mine', 'what you share')
    .action(async (options: CommonOptions & { readonly mine?: boolean }) => {
      const { withClient } = await import('../client-session.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const { ownShareLines, receivedLines } = await import('../share-report.ts');
        if (options.mine === true) {
          const { listShares } = await import('../../client/share/list-shares.ts');
          const shares = await listShares(client, { signal });
          return output.result({ shares }, () => ownShareLines(shares));
        }
        const { listReceived } = await import('../../client/share/accept.ts');
        const shares = await listReceived(client, { signal });
        output.result({ shares }, () => receivedLines(shares));
      });
    });
}
