import { Command } from 'commander';
import { topicLines } from '../help/describe.ts';
import { TOPICS } from '../help/topics.ts';

/** `holdfast help`, `holdfast help rent`, `holdfast help schemes`. */
export function helpCommand(): Command {
  return new Command('help')
    .description('explain a command or a topic')
    .argument('[words...]', `a command, or one of: ${Object.keys(TOPICS).join(', ')}`)
    .action((words: readonly string[], _options: unknown, self: Command) => {
      let found: Command | null = self.parent;
      for (const word of words) found = found?.commands.find((one) => one.name() === word || one.aliases().includes(word)) ?? null;
      if (found !== null) return found.outputHelp();
      process.stdout.write(`${topicLines(words.join(' ')).join('\n')}\n`);
    });
}
