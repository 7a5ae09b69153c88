import { type Command, Option } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';
import type { GetArguments } from '../get-command.ts';

/** As client/existing-files.ts has them; not loaded for the help. */
const EXISTING = ['replace', 'keep', 'newer', 'refuse'];

export function getCommand(): Command {
  return verb('get', 'restore what is stored under a name, or by its ContentID; a new machine needs nothing but the wallet', [
    ['get photos photos-again', 'into the folder photos-again'],
    ['get photos . --path 2025/june --version 3', 'a part of an older version'],
    ['get photos photos-again --existing keep', 'only what is not there yet'],
    ['get report.pdf - --range 0-1023', 'the first KiB, to standard output'],
    ['get photos - --archive tar', 'everything as a tar, to standard output'],
    ['get holdfast://shared/0x70997970C51812dc3A010C7d01b50e0d17dc79C8/0x3f2a#secret june', 'what a link shows; needs no wallet where reads are free'],
    ['get bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy .', 'by ContentID: yours, else what is kept for everybody'],
  ])
    .argument('<name>', 'as `holdfast ls` shows it, a ContentID, or a link that somebody shared')
    .argument('<into>', 'the folder to restore into, made where it is missing; - is standard output')
    .option('--version <number>', 'an older version (default: the newest)')
    .option('--path <path>', 'only this file or folder inside of it')
    .addOption(new Option('--existing <rule>', 'files that are there already: replace, keep, newer (replace what was changed earlier), refuse (restore nothing)').choices(EXISTING).default('replace'))
    .option('--range <bytes>', 'with -: only these bytes of a file, such as 0-1023, 4096- or -512 (the last 512)')
    .addOption(new Option('--archive <how>', 'with -: everything as one tar file').choices(['tar']))
    .option('--max-read-price <tokens>', 'pay so much per GiB to providers that charge for reads, at most (default: reads.maxPricePerGib in config.json, else nothing)')
    .action(async (name: string, into: string, options: CommonOptions & GetArguments) => {
      const { isLink } = await import('../../client/share/link.ts');
      if (isLink(name)) return (await import('../share-accept.ts')).runLink(name, into, options);
      const { runGet, runGetToOutput } = await import('../get-command.ts');
      await (into === '-' ? runGetToOutput(name, options) : runGet(name, into, options));
    });
}
