/** What a server tells the pages that it serves: `/holdfast.json`. Server and pages share this file, so it imports nothing of Node. */
import { z } from 'zod';
import { parseDeployment } from '../../chain/deployment.ts';

/** The chain id of devnets; the only one on which keys may be in a page. */
const DEV_CHAIN_ID = 31_337;
const URLS_MAX = 32;

/** http or https; nothing that a page could be made to run. */
export const webUrl = z.string().max(2_048).refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), { message: 'must be an address that begins with http:// or https://' });

export const DappSettings = z.strictObject({
  deployment: z.unknown().transform((value) => parseDeployment(value)),
  /** Asked in this order. */
  rpcUrls: z.array(webUrl).min(1).max(URLS_MAX),
  /** Heavy nodes, preferred first; those of the registry where empty. */
  heavies: z.array(webUrl).max(URLS_MAX),
  /** The query endpoint of a heavy node, or The Graph's. Null: the pages ask the chain alone. */
  subgraphUrl: webUrl.nullable(),
  isDevnet: z.boolean(),
  /** Twelve words whose accounts everybody may use. */
  devMnemonic: z.string().max(256).optional(),
}).refine(({ isDevnet, devMnemonic, deployment }) => (!isDevnet && devMnemonic === undefined) || deployment.chainId === DEV_CHAIN_ID, {
  message: `isDevnet and devMnemonic belong to chain ${DEV_CHAIN_ID} only`,
});
export type DappSettings = z.output<typeof DappSettings>;

/** As JSON, which has no bigint. */
export function formatSettings(settings: DappSettings): string {
  const { deployment } = settings;
  return `${JSON.stringify({ ...settings, deployment: { ...deployment, fromBlock: deployment.fromBlock.toString() } })}\n`;
}
