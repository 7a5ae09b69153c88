export type LogLevel = 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** One JSON object per line: time, level, name, event and the fields of the event. */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** Who speaks, for example `provider-3`. */
  readonly name: string;
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

/**
 * @example
 * const log = createLogger({ name: 'provider-1' });
 * log.info('proof.sent', { epoch: 12, txHash: '0x…' });
 */
export function createLogger(options: LoggerOptions): Logger {
  const { name, write = (line) => void process.stdout.write(line), now = () => new Date() } = options;
  const log = (level: LogLevel) => (event: string, fields: LogFields = {}) => {
    write(`${JSON.stringify({ time: now().toISOString(), level, name, event, ...fields }, plain)}\n`);
  };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return value.message;
  return value;
}
