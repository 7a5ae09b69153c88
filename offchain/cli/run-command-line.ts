import { CommanderError } from 'commander';
import { UsageError } from './errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { withWayOn } from './how-to-go-on.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';

/** For what closes behind an interruption. */
const LEAVE_MS = 2_000;

/** Runs the command that `process.argv` asks for. Whatever fails is told on standard error and sets the exit code. */
export async function runCommandLine(): Promise<void> {
  // A reader such as `head` may go at any time; what is left to say has nobody to read it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failure));
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
    // Whoever was interrupted waits for nothing that may still be on its way.
    if (process.exitCode === EXIT.interrupted) setTimeout(() => process.exit(), LEAVE_MS).unref();
  }
}

function report(error: unknown): number {
  const argv = process.argv;
  const output = createOutput({ json: argv.includes('--json'), debug: argv.includes('--debug') });
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has already written its sentence, or the help that was asked for, on standard error.
    if (output.isJson) output.fail(new UsageError(error.message.replace(/^error: /, '')));
    return EXIT.usage;
  }
  output.fail(withWayOn(error, argv));
  return exitCodeOf(error);
}
