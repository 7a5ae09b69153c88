import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { examplesOf } from '../../offchain/cli/common-options.ts';
import { complete } from '../../offchain/cli/completion/candidates.ts';
import { EXIT, EXIT_MEANING } from '../../offchain/cli/exit-codes.ts';
import { TOPICS } from '../../offchain/cli/help/topics.ts';
import { createProgram } from '../../offchain/cli/program.ts';
import { runCli } from './run-cli.ts';

/** Every command that does something, with the words that lead to it. */
function leaves(command: Command, words: readonly string[] = []): { command: Command; words: readonly string[] }[] {
  const visible = command.createHelp().visibleCommands(command);
  if (visible.length === 0) return [{ command, words }];
  return visible.flatMap((child) => leaves(child, [...words, child.name()]));
}

/** The same program with actions that only note that they were reached. */
function silent(): { program: Command; reached: string[] } {
  const program = createProgram();
  const reached: string[] = [];
  const quieten = (command: Command, words: readonly string[]): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) command.action(() => void reached.push(words.join(' ')));
    for (const child of command.commands) quieten(child, [...words, child.name()]);
  };
  quieten(program, []);
  return { program, reached };
}

const names = async (): Promise<string[]> => ['letters', 'photos of 2025', 'photos/raw'];
const completed = (...words: string[]) => complete(createProgram(), words, { names });
const candidates = async (...words: string[]) => {
  const found = await completed(...words);
  return found.kind === 'files' ? 'files' : found.candidates.map(({ word }) => word);
};

describe('help', { timeout: 30_000 }, () => {
  it('has an example for every command, and the program takes each of them', async () => {
    const without: string[] = [];
    for (const { command, words } of leaves(createProgram())) {
      const examples = examplesOf(command);
      if (examples.length === 0 && words.at(-1) !== 'help') without.push(words.join(' '));
      for (const [line] of examples) {
        const { program, reached } = silent();
        await program.parseAsync(line.split(' '), { from: 'user' }).catch((error: unknown) => expect.fail(`holdfast ${line}: ${String(error)}`));
        expect([line, reached]).toEqual([line, [words.join(' ')]]);
      }
    }
    expect(without).toEqual([]);
  });

  it('shows own options before those that all commands share, then examples', async () => {
    const { code, stdout } = await runCli(['extend', '--help']);
    expect(code).toBe(0);
    const at = ['--periods', 'Options of all commands:', '--password-file', 'Examples:', 'holdfast extend --periods 4'].map((text) => stdout.indexOf(text));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
    expect(stdout).not.toContain('\u001b');
  });

  it('explains topics and commands, and names both where it knows neither', async () => {
    const [topic, command, neither] = await Promise.all([runCli(['help', 'schemes']), runCli(['help', 'endow', 'found']), runCli(['help', 'nonsense'])]);
    expect(topic).toMatchObject({ code: 0, stdout: expect.stringContaining('--suppliers 13 means 7+6') });
    expect(command).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: holdfast endow found') });
    expect(neither).toMatchObject({ code: 2, stderr: expect.stringContaining(Object.keys(TOPICS).join(', ')) });
  });

  it('suggests what was meant, and says so as JSON where that was asked for', async () => {
    const { code, stdout, stderr } = await runCli(['statsu', '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain('(Did you mean status?)');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', message: expect.stringContaining("unknown command 'statsu'") } });
  });

  it('documents every exit code in the README', async () => {
    expect(EXIT_MEANING.map(([code]) => code).sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
    const readme = await readFile(new URL('../../offchain/cli/README.md', import.meta.url), 'utf8');
    for (const [code, meaning] of EXIT_MEANING) expect(readme).toContain(`| ${code} | ${meaning} |`);
  });
});

describe('completion', () => {
  it('offers commands, subcommands, options and their values', async () => {
    expect(await candidates('re')).toEqual(expect.arrayContaining(['rent', 'repair', 'retire']));
    expect(await candidates('prov')).toEqual(['provider']);
    expect(await candidates('provider', 'ea')).toEqual(['earnings']);
    expect(await candidates('rent', '--sup')).toEqual(['--suppliers']);
    expect(await candidates('rent', '--progress', 'j')).toEqual(['json']);
    expect(await candidates('rent', '--space', '')).toEqual([]);
  });

  it('offers stored names where one is meant, and paths where these are', async () => {
    expect(await candidates('get', 'ph')).toEqual(['photos of 2025', 'photos/raw']);
    expect(await candidates('get', '--version', '2', 'l')).toEqual(['letters']);
    expect(await candidates('get', 'letters', '')).toBe('files');
    expect(await candidates('put', 'a', 'b')).toBe('files');
    expect(await candidates('rm', '--home', '')).toBe('files');
    expect(await candidates('fetch', 'l')).toEqual([]);
  });

  it('asks for the names of the home folder that the line names', async () => {
    const asked: (string | undefined)[] = [];
    await complete(createProgram(), ['get', '--home', '/h', ''], { names: async (home) => (asked.push(home), []) });
    expect(asked).toEqual(['/h']);
  });
});
