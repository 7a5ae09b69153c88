/** The help of every command: its own options before those that all share, then examples. */
import { styleText } from 'node:util';
import type { Command, Option } from 'commander';
import { examplesOf } from '../common-options.ts';
import { UsageError } from '../errors.ts';
import { TOPICS } from './topics.ts';

/** Long names of the options that every verb has. */
const SHARED = new Set(['--home', '--rpc', '--deployment', '--password-file', '--json', '--quiet', '--progress', '--debug']);

export function describeAll(command: Command): void {
  const isVerb = command.options.some(({ long }) => long === '--progress');
  const isShared = ({ long }: Option): boolean => isVerb && SHARED.has(long ?? '');
  for (const option of command.options) if (isShared(option)) option.helpGroup('Options of all commands:');
  // Groups are shown in the order of their first options.
  (command.options as Option[]).sort((a, b) => Number(isShared(a)) - Number(isShared(b)));
  command.addHelpText('after', () => afterHelp(command));
  for (const child of command.commands) describeAll(child);
}

/** Bold on a terminal that wants colours, else as it is. */
export function styled(format: Parameters<typeof styleText>[0], text: string, stream: NodeJS.WriteStream): string {
  // Streams that are no terminals, NO_COLOR and the like: styleText leaves the text alone.
  return styleText(format, text, { stream });
}

function afterHelp(command: Command): string {
  const examples = examplesOf(command);
  if (examples.length === 0) return '';
  const lines = examples.flatMap(([line, does]) => [`  holdfast ${line}`, `      ${does}`]);
  return ['', 'Examples:', ...lines, '', '`holdfast help exit-codes` says what the process ends with, `holdfast help output` what --json prints.'].join('\n');
}

export function topicLines(name: string): string[] {
  const topic = Object.hasOwn(TOPICS, name) ? TOPICS[name] : undefined;
  if (topic === undefined) throw new UsageError(`There is no help on "${name}".`, `Topics: ${Object.keys(TOPICS).join(', ')}; commands: holdfast COMMAND --help.`);
  return [`${name}: ${topic.about}`, '', ...topic.lines()];
}

export function topicList(): string {
  const width = Math.max(...Object.keys(TOPICS).map((name) => name.length));
  return ['', 'Topics (holdfast help TOPIC):', ...Object.entries(TOPICS).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`)].join('\n');
}
