import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

export function shareKeyCommand(): Command {
  return verb('share-key', 'publish the key that others share with you by; it follows from the wallet', [
    ['share-key', 'once, so that others find you by your address'],
    ['share-key --card', 'as a line to send to somebody'],
  ])
    .option('--card', 'print the signed card alone')
    .action(async (options: CommonOptions & { readonly card?: boolean }) => {
      const { withClient } = await import('../client-session.ts');
      const { publishShareKey } = await import('../../client/share/share-key.ts');
      await withClient(options, async ({ client, output, signal }) => {
        const key = await publishShareKey(client, { signal });
        output.result(key, () => (options.card === true ? key.card : [`Address   ${key.address}`, `Key       ${key.publicKey}`, 'Others can share with your address now.']));
      });
    });
}
