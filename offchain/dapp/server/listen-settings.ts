import { z } from 'zod';
import { webUrl } from './settings.ts';

/** For `holdfast gateway`: where the web pages are served, and what they are told beyond the gateway's own network settings. */
export const DappListen = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(8090),
  /** RPC addresses for browsers, where they differ from the gateway's own. */
  rpcUrls: z.array(webUrl).min(1).optional(),
  /** Query endpoint; the first heavy node's where absent. */
  subgraphUrl: webUrl.optional(),
});
export type DappListen = z.output<typeof DappListen>;
