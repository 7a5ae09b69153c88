/** What one look found. */
export type Status = 'ok' | 'warn' | 'fail';

export interface Finding {
  /** What was looked at: `rpc`, `clock`, `disk` ... */
  readonly check: string;
  readonly status: Status;
  /** One sentence: what is, and where it is bad, why. */
  readonly cause: string;
  /** What to do about it; absent where all is well. */
  readonly fix?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Check {
  readonly name: string;
  /** A look that throws is a finding too: `fail`, with the error's own sentence and next step. */
  run(signal: AbortSignal): Promise<Finding | readonly Finding[]>;
}

type More = Pick<Finding, 'facts'>;

export const ok = (check: string, cause: string, more: More = {}): Finding => ({ check, status: 'ok', cause, ...more });
export const warn = (check: string, cause: string, fix: string, more: More = {}): Finding => ({ check, status: 'warn', cause, fix, ...more });
export const fail = (check: string, cause: string, fix: string, more: More = {}): Finding => ({ check, status: 'fail', cause, fix, ...more });

export function worstOf(findings: readonly Finding[]): Status {
  return findings.some(({ status }) => status === 'fail') ? 'fail' : findings.some(({ status }) => status === 'warn') ? 'warn' : 'ok';
}
