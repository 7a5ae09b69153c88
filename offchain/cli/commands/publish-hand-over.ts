import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface HandOverOptions extends CommonOptions {
  readonly yes?: boolean;
}

export function handOverNameCommand(): Command {
  return verb('hand-over', 'make somebody else the owner of a public name, on the chain and for good', [
    ['hand-over /a.com/izone.mp4 0x90F79bf6EB2c4f870365E785982E1f101E93b906', 'after asking, for good'],
  ])
    .argument('<name>', 'the public name')
    .argument('<address>', 'the next owner')
    .option('--yes', 'do not ask')
    .action(async (name: string, address: string, options: HandOverOptions) => {
      const { withClientUntilInterrupted } = await import('../client-session.ts');
      const { confirm } = await import('../confirm.ts');
      const { handOverName } = await import('../../client/named/hand-over-name.ts');
      const { parseAddress } = await import('../units.ts');
      const to = parseAddress(address);
      await withClientUntilInterrupted(options, async ({ client, output }) => {
        if (options.yes !== true) await confirm(`${name} will belong to ${to} for good. Go on?`);
        const handed = await handOverName(client, { name, to });
        output.result(handed, () => `${handed.name} belongs to ${handed.to} now; what it stands for stays until its new owner publishes.`);
      });
    });
}
