import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { AcceptArguments } from '../share-accept.ts';

export function acceptCommand(): Command {
  return verb('accept', 'take what somebody shares with you, and fetch it where a folder is named', [
    ['accept report.grant', 'from a file; it is remembered'],
    ['accept report.grant reports', 'and fetch it'],
    ['accept 0x3f2a99c0 reports', 'what `holdfast shared` lists under this number'],
    ['accept - reports', 'a grant or a link from standard input'],
  ])
    .argument('<what>', 'a file, the text of a grant, a link, - for standard input, or the number or name of a share')
    .argument('[into]', 'the folder to fetch it into; made where it is missing')
    .option('--path <path>', 'only this file or folder inside of it')
    .option('--max-read-price <tokens>', 'pay so much per GiB to providers that charge for reads, at most (default: reads.maxPricePerGib in config.json, else nothing)')
    .action(async (what: string, into: string | undefined, options: AcceptArguments) => {
      const { runAccept } = await import('../share-accept.ts');
      await runAccept(what, into, options);
    });
}
