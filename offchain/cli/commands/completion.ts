import { Argument, Command } from 'commander';
import { withExamples } from '../common-options.ts';
import { SCRIPTS } from '../completion/scripts.ts';

export function completionCommand(): Command {
  const command = new Command('completion')
    .description('print what makes a shell complete commands, options and stored names')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SCRIPTS)))
    .action((shell: string) => void process.stdout.write(SCRIPTS[shell] ?? ''));
  return withExamples(command, [
    ['completion bash', 'in ~/.bashrc: eval "$(holdfast completion bash)"'],
    ['completion fish', 'in config.fish: holdfast completion fish | source'],
  ]);
}

/** Hidden: what the shells ask. */
export function completeCommand(): Command {
  return new Command('__complete').argument('[words...]').action(async (words: readonly string[], _options: unknown, self: Command) => {
    const { complete } = await import('../completion/candidates.ts');
    const completion = await complete(self.parent ?? self, words, {
      names: async (home) => {
        const { homedir } = await import('node:os');
        const { join } = await import('node:path');
        const { storedNames } = await import('../completion/stored-names.ts');
        return storedNames(home ?? join(homedir(), '.holdfast'));
      },
    });
    const lines = completion.kind === 'files' ? [] : completion.candidates.filter(({ word }) => !/\p{Cc}/u.test(word)).map(({ word, about = '' }) => `${word}\t${about.replaceAll(/\s/g, ' ')}`);
    process.stdout.write(`${[completion.kind, ...lines].join('\n')}\n`);
  });
}
