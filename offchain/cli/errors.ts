import { HoldfastError } from '../wire/errors.ts';

/** The command line itself cannot be meant. */
export class UsageError extends HoldfastError {
  constructor(shortMessage: string, nextStep?: string) {
    super('USAGE', shortMessage, nextStep === undefined ? {} : { nextStep });
  }
}

/** A configuration or deployment file is missing, is no JSON, or has a wrong or unknown key. */
export class BadConfigError extends HoldfastError {
  constructor(path: string, why: string, options: { nextStep?: string; cause?: unknown } = {}) {
    super('BAD_CONFIG', `${path} ${why}.`, { ...options, details: { path } });
  }
}

/** A file that the command was to write could not be written. */
export class BadOutputError extends HoldfastError {
  constructor(path: string, cause: unknown) {
    super('BAD_OUTPUT', `${path} could not be written (${cause instanceof Error ? cause.message : String(cause)}).`, { cause, details: { path }, nextStep: 'Name another file, or check rights and free space.' });
  }
}

/** Some of the work was done and the rest could not be; `details` says which. */
export class PartialError extends HoldfastError {
  constructor(shortMessage: string, options: { details: Readonly<Record<string, unknown>>; nextStep?: string }) {
    super('PARTIAL', shortMessage, options);
  }
}

/** Ctrl-C, SIGTERM, or the end of the process that supervises this one. */
export class InterruptedError extends HoldfastError {
  constructor(why: string) {
    super('INTERRUPTED', `Stopped: ${why}.`);
  }
}

/** A child process ended, or stayed silent, before it said that it was ready. */
export class ChildFailedError extends HoldfastError {
  constructor(name: string, why: string, options: { logPath: string; lastLines: readonly string[] }) {
    super('CHILD_FAILED', `The process "${name}" ${why}.`, {
      details: { name, logPath: options.logPath, lastLines: options.lastLines },
      nextStep: `Its log is ${options.logPath}.${options.lastLines.length === 0 ? '' : ` It ends: ${options.lastLines.join(' | ')}`}`,
    });
  }
}
