import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { Client } from '../../client/client.ts';
import type { CommonOptions } from '../config.ts';

/** Somebody's own name may look like that of a pack: what is inside decides. */
async function refusePack(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const { isPackName } = await import('../program-names.ts');
  if (!isPackName(name)) return;
  const { listInside } = await import('../../client/list-inside.ts');
  const { UsageError } = await import('../errors.ts');
  const { entries } = await listInside(client, { name, signal });
  if (!entries.some(({ path }) => path === 'changes') || !entries.every(({ path }) => path === 'changes' || path.startsWith('body/'))) return;
  throw new UsageError(`"${name}" is a pack of an S3 gateway: many objects are in it.`, 'Delete objects through the gateway; it gives up packs that nothing needs.');
}

export function rmCommand(): Command {
  return verb('rm', 'delete a name; older versions stay readable until `holdfast collect` frees their space; what was adopted is given up, and your money for it comes back', [
    ['rm photos', 'older versions stay until collect'],
  ])
    .argument('<name>', 'as `holdfast ls` shows it')
    .option('--agreement <number>', 'where the new catalog is stored; needed when several agreements run')
    .action(async (name: string, options: CommonOptions & { agreement?: string }) => {
      const { withClient } = await import('../client-session.ts');
      const { remove } = await import('../../client/remove.ts');
      const { parseId } = await import('../which-agreement.ts');
      const { isShareName } = await import('../program-names.ts');
      const { UsageError } = await import('../errors.ts');
      if (isShareName(name)) throw new UsageError(`"${name}" belongs to something that you share: its recipients read it.`, '`holdfast shared --mine` lists what you share, `holdfast revoke` takes it back.');
      const agreement = options.agreement === undefined ? undefined : parseId(options.agreement, 'an agreement');
      await withClient(options, async ({ client, output, signal }) => {
        await refusePack(client, name, signal);
        const { dropAdopted, isAdopted } = await import('../../client/adopt/drop.ts');
        const { syncCatalog } = await import('../../client/sync-catalog.ts');
        if (isAdopted(await syncCatalog(client, { signal }), name)) {
          const { droppedLines } = await import('../adopt-report.ts');
          const dropped = await dropAdopted(client, { name, agreement, signal });
          return output.result(dropped, () => droppedLines(dropped));
        }
        const removed = await remove(client, { name, agreement, signal });
        output.result({ name, ...removed }, () => `"${name}" is deleted.`);
      });
    });
}
