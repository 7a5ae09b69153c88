import { setImmediate } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { BadOutputError, UsageError } from './errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { withWayOn } from './how-to-go-on.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';

/** For what closes behind an interruption. */
const LEAVE_MS = 2_000;

/** Runs the command that `process.argv` asks for. Whatever fails is told on standard error and sets the exit code. */
export async function runCommandLine(): Promise<void> {
  const lost = watchOutputs();
  try {
    await createProgram().parseAsync();
    // What the last line met is told in the next turn.
    await setImmediate();
    if (lost() !== undefined) throw new BadOutputError('Standard output', lost());
  } catch (error) {
    process.exitCode = report(error);
    // Whoever was interrupted waits for nothing that may still be on its way.
    if (process.exitCode === EXIT.interrupted) setTimeout(() => process.exit(), LEAVE_MS).unref();
  }
}

/**
 * A reader such as `head` may go at any time, and a disk may be full. What was begun is brought to its end all the same, for it may have been paid; what is
 * left to say is not said. Gives what was lost to somebody who still wanted it.
 */
function watchOutputs(): () => NodeJS.ErrnoException | undefined {
  let failure: NodeJS.ErrnoException | undefined;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return () => failure;
}

function report(error: unknown): number {
  const argv = process.argv;
  const isUnwritable = error instanceof BadOutputError && error.details['path'] === 'Standard output';
  const output = createOutput({ json: argv.includes('--json') && !isUnwritable, debug: argv.includes('--debug') });
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has already written its sentence, or the help that was asked for, on standard error.
    if (output.isJson) output.fail(new UsageError(error.message.replace(/^error: /, '')));
    return EXIT.usage;
  }
  output.fail(withWayOn(error, argv));
  return exitCodeOf(error);
}
