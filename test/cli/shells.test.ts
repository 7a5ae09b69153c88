/** The completion scripts in the shells that they are for, as far as these are installed. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, temporaryFolder } from './run-cli.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let env: NodeJS.ProcessEnv;

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'holdfast'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(join(bin, 'holdfast'), 0o755);
  env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder.path, TERM: 'dumb', LC_ALL: 'C.UTF-8' };
  await writeFile(join(folder.path, 'it is a file.car'), '');
});
afterAll(() => folder[Symbol.asyncDispose]());

function run(shell: string, args: readonly string[], script: string): string {
  const { stdout, stderr, status } = spawnSync(shell, [...args, script], { env, cwd: folder.path, encoding: 'utf8', timeout: 20_000 });
  expect(`${shell} ended with ${status}: ${stderr}`).toBe(`${shell} ended with 0: `);
  return stdout;
}

describe('completion', { timeout: 60_000 }, () => {
  it.skipIf(!isThere('bash'))('in bash', () => {
    const words = (...line: string[]): string => run('bash', ['-c'], `
      eval "$(holdfast completion bash)"
      COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`);
    expect(words('holdfast', 'resto')).toBe('restore\n');
    expect(words('holdfast', 'rent', '--sup')).toBe('--suppliers\n');
    expect(words('holdfast', 'import', 'it')).toContain('it is a file.car');
  });

  it.skipIf(!isThere('fish'))('in fish', () => {
    const offered = (line: string): string[] => run('fish', ['--no-config', '-c'], `holdfast completion fish | source; complete -C '${line}'`).split('\n').filter((one) => one !== '');
    expect(offered('holdfast resto')).toEqual([expect.stringMatching(/^restore\tbring everything back/)]);
    expect(offered('holdfast rent --sup')).toEqual([expect.stringMatching(/^--suppliers\t/)]);
    expect(offered('holdfast import it')).toEqual([expect.stringContaining('it')]);
  });

  it.skipIf(!isThere('zsh'))('in zsh', () => {
    // A second zsh on a terminal of its own: keys go in, and what the line has become comes out.
    const typed = (...lines: string[]): string[] => run('zsh', ['-f', '-c'], `
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'PROMPT=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; eval "$(holdfast completion zsh)"; show() { print -r -- "<<$BUFFER>>"; BUFFER= }; zle -N show; bindkey "^T" show; bindkey "^I" complete-word; print re''ady'
      zpty -r z out '*ready*'
      ${lines.map((line) => `zpty -w -n z $'${line}\\t\\x14'; zpty -r z out '*<<*>>*'; print -r -- "\${\${out##*<<}%%>>*}"`).join('\n')}
      zpty -d z`).trim().split('\n').map((line) => line.trimEnd());
    expect(typed('holdfast resto', 'holdfast rent --sup', 'holdfast import it')).toEqual(['holdfast restore', 'holdfast rent --suppliers', 'holdfast import it\\ is\\ a\\ file.car']);
  });
});
