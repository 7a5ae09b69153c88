import type { IndexerService } from './service.ts';

/** In Prometheus' text format; empty where there is no indexer. */
export function indexerMetrics(service: IndexerService | undefined): string {
  if (service === undefined) return '';
  const { block = 0, behind, events, queriesCutOff, failure } = service.status();
  return [
    gauge('indexer_block', 'The last block in the index.', block),
    gauge('indexer_blocks_behind', 'Blocks between it and the newest one of the chain.', behind),
    gauge('indexer_failed', '1 while a mapping has failed and nothing is indexed behind it.', failure === undefined ? 0 : 1),
    gauge('indexer_events', 'Events that went through the mappings since the start.', events),
    gauge('indexer_queries_cut_off', 'Queries that took too long, since the start.', queriesCutOff),
  ].join('');
}

function gauge(name: string, help: string, value: number): string {
  return `# HELP holdfast_${name} ${help}\n# TYPE holdfast_${name} gauge\nholdfast_${name} ${value}\n`;
}
