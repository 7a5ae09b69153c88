import type { Usage } from '../../objects/object-store.ts';

/** What the gateway has done since its start. */
export class S3Metrics {
  readonly #answers = new Map<string, number>();
  #seconds = 0;
  inFlight = 0;
  receivedBytes = 0;
  sentBytes = 0;

  answered(method: string, status: number, seconds: number): void {
    const id = `method="${method.replace(/[^A-Z]/g, '').slice(0, 10)}",status="${status}"`;
    this.#answers.set(id, (this.#answers.get(id) ?? 0) + 1);
    this.#seconds += seconds;
  }

  /** Prometheus text. */
  text(usage: Usage | undefined): string {
    const one = (name: string, kind: string, help: string, value: number) => `# HELP holdfast_s3_${name} ${help}\n# TYPE holdfast_s3_${name} ${kind}\nholdfast_s3_${name} ${value}\n`;
    const answers = [...this.#answers].map(([labels, count]) => `holdfast_s3_answers_total{${labels}} ${count}\n`).join('');
    const stored = usage === undefined ? '' : one('stored_bytes', 'gauge', 'Bytes of all versions and parts.', usage.storedBytes) + one('spooled_bytes', 'gauge', 'Of these, bytes that no provider holds so far.', usage.spooledBytes)
      + one('spool_limit_bytes', 'gauge', 'How many of these there may be.', usage.spoolLimitBytes) + one('pending_changes', 'gauge', 'Changes that are not in the network so far.', usage.pendingChanges) + one('free_bytes', 'gauge', 'Rented bytes that nothing takes so far.', usage.freeBytes);
    return `# HELP holdfast_s3_answers_total Requests answered.\n# TYPE holdfast_s3_answers_total counter\n${answers}`
      + one('answer_seconds_total', 'counter', 'Time that answers took altogether.', this.#seconds) + one('requests_in_flight', 'gauge', 'Requests being answered.', this.inFlight)
      + one('received_bytes_total', 'counter', 'Bytes of bodies from clients.', this.receivedBytes) + one('sent_bytes_total', 'counter', 'Bytes of bodies to clients.', this.sentBytes) + stored;
  }
}
