import type { ReciprocalConfigInput } from '../reciprocal/config.ts';
import type { Config } from './config.ts';
import { UsageError } from './errors.ts';
import { parseAmount, parseBatchLog2, parseCount, parseScheme, parseSize } from './units.ts';

export interface ReciprocalArguments {
  readonly folder?: readonly string[];
  readonly disk?: string;
  readonly give?: string;
  readonly parent?: string;
  readonly region?: string;
  readonly scheme?: string;
  readonly price?: string;
  readonly stake?: string;
  readonly periods?: string;
  readonly batch?: string;
}

/** The section `reciprocal` of config.json, and what the command line says on top. Throws UsageError. */
export function reciprocalConfig(section: Config['reciprocal'], options: ReciprocalArguments): ReciprocalConfigInput {
  const folders = options.folder ?? section?.folders;
  const diskBytes = options.disk === undefined ? section?.diskBytes : parseSize(options.disk);
  if (folders === undefined || folders.length === 0) throw new UsageError('No folder is named.', 'Say with --folder what is to be stored, or set reciprocal.folders in config.json.');
  if (diskBytes === undefined) throw new UsageError('No part of the disk is named.', 'Say for example --disk 100GiB, or set reciprocal.diskBytes in config.json.');
  if (options.scheme !== undefined) parseScheme(options.scheme);
  const { scheme: _, ...rest } = section ?? {};
  const scheme = options.scheme ?? (section?.scheme === undefined ? undefined : `${section.scheme.k}+${section.scheme.m}`);
  return {
    ...rest,
    folders: [...folders],
    diskBytes,
    ...(scheme === undefined ? {} : { scheme }),
    ...(options.give === undefined ? {} : { givePercent: givePercentOf(options.give, diskBytes) }),
    ...(options.parent === undefined ? {} : { parent: parseCount(options.parent, { what: 'a heavy node', max: 2 ** 32 - 1 }) }),
    ...(options.region === undefined ? {} : { region: parseCount(options.region, { what: 'a region', min: 0, max: 65_535 }) }),
    ...(options.price === undefined ? {} : { pricePerGibEpoch: parseAmount(options.price) }),
    ...(options.stake === undefined ? {} : { stake: parseAmount(options.stake) }),
    ...(options.periods === undefined ? {} : { periodsAhead: parseCount(options.periods, { what: 'a number of periods', min: 2, max: 100 }) }),
    ...(options.batch === undefined ? {} : { batchLog2: parseBatchLog2(options.batch) }),
  };
}

/** "50%", or a size such as 40GiB, of which the whole percents count. */
function givePercentOf(text: string, diskBytes: bigint): number {
  const match = /^([0-9]{1,2})\s*%$/.exec(text.trim());
  const percent = match === null ? (diskBytes === 0n ? 0 : Number((parseSize(text) * 100n) / diskBytes)) : Number(match[1]);
  if (percent < 1 || percent > 99) throw new UsageError(`${text} of the disk cannot be given.`, 'Give from 1% to 99% of it: the rest is for your own files.');
  return percent;
}
