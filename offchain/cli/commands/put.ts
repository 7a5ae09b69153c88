import { type Command, Option } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface PutOptions extends CommonOptions {
  readonly name?: string;
  readonly agreement?: string;
  readonly batch?: string;
  readonly public?: boolean;
  readonly archive?: string;
  readonly compression?: string;
  readonly chunk?: string;
  readonly dedupe?: boolean;
  readonly dryRun?: boolean;
  readonly adopt?: string | false;
  readonly announce?: boolean;
}

export function putCommand(): Command {
  return verb('put', 'store files and folders; returns when enough providers have signed that they hold them', [
    ['put photos', 'the folder photos, under the name photos; run again, it stores what changed'],
    ['put report.pdf figures --name thesis/2026', 'several paths under one name'],
    ['put - --name backup/db.sql', 'standard input, such as pg_dump gives'],
    ['put logs --archive tar --compression zstd:19', 'one tar file, compressed as well as zstd can'],
    ['put disk.img --chunk fixed:4MiB --no-dedupe', 'large even chunks, each stored anew'],
    ['put photos --dry-run', 'how many new bytes and batches that would be'],
  ])
    .argument('<path...>', 'what to store; - is standard input')
    .option('--name <name>', 'the name to store it under (default: the name of the file or folder)')
    .option('--agreement <number>', 'the agreement to store in; needed when several run')
    .option('--batch <size>', 'instead of --agreement: the only one that runs and stores in batches of this size')
    .addOption(new Option('--archive <how>', 'store everything as one tar file (default: file by file, each readable alone)').choices(['tar']))
    .option('--compression <how>', 'zstd, gzip or none, with a level behind a colon, such as zstd:19; of chunks that are not stored yet (default: zstd:2)')
    .option('--chunk <how>', 'cdc or fixed, with a size behind a colon, such as fixed:4MiB; what is public is always cut at 1 MiB (default: cdc:1MiB)')
    .option('--no-dedupe', 'store every chunk anew, also when it is stored already')
    .option('--dry-run', 'encode it, and show what would be sent and how much space that takes; send nothing')
    .option('--public', 'not encrypted: anybody may read it')
    .option('--adopt <periods>', 'with --public: where somebody keeps this file already, pay for so many periods of that instead of storing it again')
    .option('--no-adopt', 'with --public: store it without asking who keeps it already')
    .option('--announce', 'with --public, in a locked agreement: tell heavy nodes where it lies, so that others adopt it')
    .action(async (paths: readonly string[], options: PutOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { tellSharers } = await import('../tell-sharers.ts');
      const { put } = await import('../../client/put.ts');
      const { putLines, putName } = await import('../put-report.ts');
      const { PartialError, UsageError } = await import('../errors.ts');
      const { parseChunking, parseCompression } = await import('../put-settings.ts');
      const { checkSource, putSource } = await import('../put-source.ts');
      const { agreementByBatch } = await import('../which-agreement.ts');
      const { parseBatchLog2, parseCount } = await import('../units.ts');

      const name = putName(paths, options.name);
      const named = options.agreement === undefined ? undefined : parseCount(options.agreement, { what: 'an agreement', max: 2 ** 32 - 1 });
      const batchLog2 = options.batch === undefined ? undefined : parseBatchLog2(options.batch);
      const compression = options.compression === undefined ? undefined : parseCompression(options.compression);
      const chunking = options.chunk === undefined ? undefined : parseChunking(options.chunk);
      if (named !== undefined && batchLog2 !== undefined) throw new UsageError('--agreement and --batch exclude each other.');
      if (options.public === true && chunking !== undefined) throw new UsageError('Public content is always cut at 1 MiB, so that its ContentID is that of IPFS.', 'Leave out --chunk or --public.');
      await checkSource(paths, options);
      await withClient(options, async ({ client, output, signal }) => {
        const agreement = batchLog2 === undefined ? named : await agreementByBatch(client, batchLog2);
        const { offerAdoption } = await import('../offer-adoption.ts');
        const isPlain = !paths.includes('-') && options.archive === undefined && options.dryRun !== true;
        if (options.public === true && isPlain && (await offerAdoption({ client, output, signal }, { paths, name, agreement, adopt: options.adopt }))) return;
        const { onProgress, done } = showProgress(options);
        const source = putSource(paths, { name, archive: options.archive, signal });
        const what = { paths, source, name, agreement, compression, chunking, dedupe: options.dedupe, visibility: options.public === true ? ('public' as const) : ('private' as const), signal, onProgress };
        if (options.dryRun === true) {
          const { previewPut } = await import('../../client/preview-put.ts');
          const { previewLines } = await import('../put-report.ts');
          const preview = await previewPut(client, what).finally(done);
          return output.result({ dryRun: true, ...preview }, () => previewLines(preview));
        }
        const stored = await put(client, what).finally(done);
        output.result(stored, () => putLines(stored));
        if (options.announce === true) await (await import('../../client/adopt/announce.ts')).announce(client, { name, signal });
        await tellSharers(client, output, signal);
        const { problems } = stored;
        if (problems.length > 0) {
          const first = problems.slice(0, 3).map((problem) => JSON.stringify(problem.path)).join(', ');
          throw new PartialError(`${problems.length} of the files could not be stored (${first}); everything else is.`, { details: { problems } });
        }
      });
    });
}
