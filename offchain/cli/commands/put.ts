import type { Command } from 'commander';
import { verb } from '../common-options.ts';
import type { CommonOptions } from '../config.ts';

interface PutOptions extends CommonOptions {
  readonly name?: string;
  readonly agreement?: string;
  readonly public?: boolean;
  readonly adopt?: string | false;
  readonly announce?: boolean;
}

export function putCommand(): Command {
  return verb('put', 'store files and folders; returns when enough providers have signed that they hold them')
    .argument('<path...>', 'what to store')
    .option('--name <name>', 'the name to store it under (default: the name of the file or folder)')
    .option('--agreement <number>', 'the agreement to store in; needed when several run')
    .option('--public', 'not encrypted: anybody may read it')
    .option('--adopt <periods>', 'with --public: where somebody keeps this file already, pay for so many periods of that instead of storing it again')
    .option('--no-adopt', 'with --public: store it without asking who keeps it already')
    .option('--announce', 'with --public, in a locked agreement: tell heavy nodes where it lies, so that others adopt it')
    .action(async (paths: readonly string[], options: PutOptions) => {
      const { withClient, showProgress } = await import('../client-session.ts');
      const { put } = await import('../../client/put.ts');
      const { checkPaths, putLines, putName } = await import('../put-report.ts');
      const { PartialError } = await import('../errors.ts');
      const { parseCount } = await import('../units.ts');

      const name = putName(paths, options.name);
      const agreement = options.agreement === undefined ? undefined : parseCount(options.agreement, { what: 'an agreement', max: 2 ** 32 - 1 });
      await checkPaths(paths);
      await withClient(options, async ({ client, output, signal }) => {
        const { offerAdoption } = await import('../offer-adoption.ts');
        if (options.public === true && (await offerAdoption({ client, output, signal }, { paths, name, agreement, adopt: options.adopt }))) return;
        const { onProgress, done } = showProgress(options);
        const stored = await put(client, { paths, name, agreement, visibility: options.public === true ? 'public' : 'private', signal, onProgress }).finally(done);
        output.result(stored, () => putLines(stored));
        if (options.announce === true) await (await import('../../client/adopt/announce.ts')).announce(client, { name, signal });
        const { problems } = stored;
        if (problems.length > 0) {
          const first = problems.slice(0, 3).map((problem) => JSON.stringify(problem.path)).join(', ');
          throw new PartialError(`${problems.length} of the files could not be stored (${first}); everything else is.`, { details: { problems } });
        }
      });
    });
}
