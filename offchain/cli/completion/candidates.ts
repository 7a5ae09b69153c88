/** What may come next on a command line, by the program's own tree of commands. */
import type { Command, Option } from 'commander';

export interface Candidate {
  readonly word: string;
  readonly about?: string | undefined;
}

/** `files`: the shell completes a path. */
export type Completion = { readonly kind: 'words'; readonly candidates: readonly Candidate[] } | { readonly kind: 'files' };

export interface CompletionFacts {
  /** The stored names, asked for only when one is wanted. */
  names(home: string | undefined): Promise<readonly string[]>;
}

/** Arguments of this name stand for something stored, unless the name is a public one. */
const STORED = /^name$/;
const PUBLIC_VERBS = new Set(['resolve', 'fetch', 'unpublish', 'hand-over', 'publish']);
const PATHS = /file|folder|path|into|what/;

/** `words` end with the one that is being typed, which may be empty. */
export async function complete(program: Command, words: readonly string[], facts: CompletionFacts): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  let command = program;
  let home: string | undefined;
  let position = 0;
  let waiting: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (waiting !== undefined) {
      if (waiting.long === '--home') home = word;
      waiting = undefined;
      continue;
    }
    const option = optionOf(command, word);
    if (option !== undefined) {
      if (option.required || option.optional) waiting = option;
      continue;
    }
    const child = position === 0 ? visible(command).find((one) => one.name() === word || one.aliases().includes(word)) : undefined;
    if (child === undefined) position++;
    else command = child;
  }
  if (waiting !== undefined && (waiting.required || !typed.startsWith('-'))) return valuesOf(waiting, typed);
  if (typed.startsWith('-')) return matching(typed, optionsOf(command));
  if (visible(command).length > 0) return matching(typed, visible(command).map((one) => ({ word: one.name(), about: one.description() })));
  const args = command.registeredArguments;
  const argument = args[position] ?? (args.at(-1)?.variadic === true ? args.at(-1) : undefined);
  if (argument === undefined) return matching(typed, []);
  if (STORED.test(argument.name()) && !PUBLIC_VERBS.has(command.name())) return matching(typed, (await facts.names(home)).map((word) => ({ word })));
  return PATHS.test(argument.name()) ? { kind: 'files' } : matching(typed, (argument.argChoices ?? []).map((word) => ({ word })));
}

function valuesOf(option: Option, typed: string): Completion {
  if (option.argChoices !== undefined) return matching(typed, option.argChoices.map((word) => ({ word })));
  return /file|folder/.test(option.flags) ? { kind: 'files' } : matching(typed, []);
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => word === long || word === short);
}

function optionsOf(command: Command): Candidate[] {
  const own = command.options.filter(({ hidden }) => !hidden).flatMap(({ long, description }) => (long == null ? [] : [{ word: long, about: description }]));
  return [...own, { word: '--help', about: 'explain it' }];
}

function visible(command: Command): Command[] {
  return command.createHelp().visibleCommands(command).filter((one) => one.name() !== 'help' || command.parent === null);
}

function matching(typed: string, all: readonly Candidate[]): Completion {
  return { kind: 'words', candidates: all.filter(({ word }) => word.startsWith(typed)) };
}
