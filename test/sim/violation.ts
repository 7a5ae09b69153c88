/** What no run may show. `atSeconds`: virtual time of the first event that shows it. */
export class Violation extends Error {
  readonly rule: string;
  readonly atSeconds: number;

  constructor(rule: string, atSeconds: number, what: string) {
    super(`${rule}: ${what}`);
    this.rule = rule;
    this.atSeconds = atSeconds;
  }
}

export function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  return `day ${Math.floor(hours / 24)}, ${String(hours % 24).padStart(2, '0')}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}`;
}
