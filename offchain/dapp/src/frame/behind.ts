import { z } from 'zod';
import { useChain } from '../state/chain.tsx';
import { useGraph, useQueryEndpoint } from '../state/graph.ts';
import { useRead } from '../state/read.ts';

/** An index lags by a block or two at all times. */
const BLOCKS_ALLOWED = 40;
const Meta = z.object({ _meta: z.object({ block: z.object({ number: z.number().int() }), hasIndexingErrors: z.boolean() }) });

/** Blocks that the query endpoint is behind; `away` when it does not answer; undefined when all is well, or none is configured. */
export function useIsBehind(): number | 'away' | undefined {
  const chain = useChain();
  const { url } = useQueryEndpoint();
  const meta = useGraph({ query: '{ _meta { block { number } hasIndexingErrors } }', schema: Meta });
  const head = useRead(['head'], () => chain.ask('the newest block', (client) => client.getBlockNumber()), { enabled: url !== undefined });
  if (url === undefined) return undefined;
  if (meta.error !== null) return 'away';
  if (meta.data === undefined || head.data === undefined) return undefined;
  const behind = Number(head.data) - meta.data._meta.block.number;
  return behind > BLOCKS_ALLOWED ? behind : undefined;
}
