/** What `holdfast help <topic>` tells. Facts that the code knows are taken from it. */
import { EXIT_MEANING } from '../exit-codes.ts';

export interface Topic {
  readonly about: string;
  readonly lines: () => readonly string[];
}

export const TOPICS: Readonly<Record<string, Topic>> = {
  start: {
    about: 'from nothing to a stored folder and back',
    lines: () => [
      'holdfast init --new-phrase --rpc URL --deployment FILE   the wallet; write the words down',
      'holdfast tokens --buy 1                                  tokens for coin',
      'holdfast rent --space 10GiB --suppliers 13 --dry-run     what 10 GiB cost; without --dry-run it asks and pays',
      'holdfast put photos                                      returns when enough providers signed that they hold it',
      'holdfast get photos photos-again                         on any machine with the wallet or its words',
      'No network at hand: `holdfast devnet` starts one on this machine and prints what to type.',
    ],
  },
  schemes: {
    about: 'k+m: how data is cut, what may be lost, what it costs',
    lines: () => [
      'k+m cuts every batch into k data and m parity fragments, each at another provider. Any k of the n = k+m give everything back, so any m may be lost.',
      'Every provider holds space / k; all together hold space * n / k. 10+6 (the default) stores 1.6 bytes for each byte.',
      '--suppliers 13 means 7+6: about double redundancy over 13 providers. Counts with a recommended scheme: 2, 4, 7, 13, 16, 18, 26, 64.',
      '--copies 3 means 1+2: three full copies, each readable alone.',
    ],
  },
  batches: {
    about: 'batches, chunks and compression: what decides how much is stored',
    lines: () => [
      'batch: the unit in which an agreement stores, a power of two chosen at `rent --batch`. Every upload fills up its last one: small uploads want small batches.',
      'chunk: the unit of deduplication and compression, chosen at `put --chunk`: cdc (where the content says, so that an insertion changes few chunks) or fixed, 64KiB to 4MiB.',
      'compression: `put --compression zstd|gzip|none`, with a level after a colon, for example zstd:19. What would not shrink is stored as it is.',
      'Every chunk is recorded with its own size and method, so reading needs no setting, and versions stored with different settings live side by side.',
      'Public content is always cut at 1 MiB, the leaves of IPFS, so that its ContentID is the CID that ipfs-car prints.',
    ],
  },
  names: {
    about: 'names, versions, paths and ContentIDs',
    lines: () => [
      'A name (`holdfast ls`) is yours alone and may have slashes. Every put under it that changes something makes a version, counted from 1.',
      '`get NAME --version 2` an older one, `get NAME --path a/b` a part of it, `get CONTENTID` by content, `get NAME -` to standard output.',
      'Names for everybody, such as /a.com/izone.mp4, are claimed on the chain: `holdfast publish`, `resolve`, `fetch`.',
    ],
  },
  money: {
    about: 'what is paid, when, and what comes back',
    lines: () => [
      'Rent is prepaid for the whole term at `rent`, `extend` and `grow`; `put` and `get` cost no tokens (reads: where a provider sets a price and --max-read-price allows it). Signing on the chain costs gas.',
      'A provider earns an epoch by proving it. What is not earned comes back: `holdfast release`, then `holdfast withdraw`.',
      'Everything that pays shows its cost first and asks; `--dry-run` stops there, `--yes` does not ask. Limits: --max-price for one provider, batch and epoch; --max-cost for all.',
    ],
  },
  health: {
    about: 'how to read `holdfast status`',
    lines: () => [
      'One character for each slot: # proved this epoch, + proved before and not faulted, ~ new and not proven yet, ? never signed for a bundle of this object, ! faulted, . vacant.',
      'An object can be read while at least k slots hold it. `holdfast repair` gives slots what they missed; heavy nodes replace what is lost.',
    ],
  },
  'exit-codes': {
    about: 'what a script may count on',
    lines: () => EXIT_MEANING.map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`),
  },
  output: {
    about: '--json, --progress, --quiet, NO_COLOR',
    lines: () => [
      'Results go to standard output, everything else to standard error.',
      '--json: exactly one JSON document on standard output, the result or {"error":{code,message,retryable,nextStep,details}} (both, on two lines, with exit code 6). Token amounts are decimal strings of units, 10^18 to a token.',
      '--progress json: {"progress":{"stage","doneBytes","totalBytes","bytesPerSecond","secondsLeft"}} lines on standard error, also with --json.',
      'Colours only on a terminal, and never with NO_COLOR set.',
    ],
  },
};
