import { CommanderError } from 'commander';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';

/** Runs the command that `process.argv` asks for. Whatever fails is told on standard error and sets the exit code. */
export async function runCommandLine(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Commander has already written its sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const argv = process.argv;
  createOutput({ json: argv.includes('--json'), debug: argv.includes('--debug') }).fail(error);
  return exitCodeOf(error);
}
