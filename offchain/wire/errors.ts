/** What every failure in Holdfast carries: a stable code, one plain sentence, and what to do next. */
export interface ErrorOptions {
  readonly cause?: unknown;
  /** True when the same call may succeed later without any change by the caller. */
  readonly retryable?: boolean;
  /** Facts for a log or for `--json`: never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What the person at the keyboard can do about it. */
  readonly nextStep?: string;
}

/** Base of all errors that Holdfast throws on purpose. `code` is part of the public interface; messages are not. */
export class HoldfastError extends Error {
  readonly code: string;
  readonly shortMessage: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly nextStep: string | undefined;

  constructor(code: string, shortMessage: string, options: ErrorOptions = {}) {
    super(options.nextStep === undefined ? shortMessage : `${shortMessage} ${options.nextStep}`, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.shortMessage = shortMessage;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
    this.nextStep = options.nextStep;
  }
}

/** The error as it travels over HTTP and into `--json` output. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly nextStep?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof HoldfastError) {
    return {
      code: error.code,
      message: error.shortMessage,
      retryable: error.retryable,
      ...(error.nextStep === undefined ? {} : { nextStep: error.nextStep }),
      details: error.details,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, retryable: false, details: {} };
}
