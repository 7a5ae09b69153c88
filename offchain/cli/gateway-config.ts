import { z } from 'zod';
import { DappListen } from '../dapp/server/listen-settings.ts';
import { IpfsSettings } from '../gateway/ipfs/settings.ts';
import { ObjectsSettings } from '../gateway/objects/settings.ts';
import { S3Settings } from '../gateway/s3/http/settings.ts';
import { uint16 } from '../wire/fields.ts';
import { UsageError } from './errors.ts';

/** For `holdfast gateway`: what it serves, and what lies behind. A section that is there is served; options on the command line win. */
export const GatewayConfig = z.strictObject({
  /** offchain/gateway/s3/http/settings.ts documents the keys. */
  s3: S3Settings.optional(),
  /** offchain/gateway/objects/settings.ts documents the keys. */
  objects: ObjectsSettings.prefault({}),
  /** offchain/gateway/ipfs/settings.ts documents the keys but host and port. */
  ipfs: z.strictObject({ host: z.string().min(1).default('127.0.0.1'), port: uint16.default(8080), ...IpfsSettings.shape }).optional(),
  /** The web pages; offchain/dapp/server/listen-settings.ts documents the keys. */
  dapp: DappListen.optional(),
});
export type GatewayConfig = z.output<typeof GatewayConfig>;

export interface GatewayOptions {
  readonly s3?: string | true;
  readonly ipfs?: string | true;
  readonly dapp?: string | true;
  readonly durability?: 'network' | 'spool';
  readonly agreement?: number;
  readonly region?: string;
}

/** The configuration with the options of the command line on top. Throws UsageError when nothing is to be served. */
export function chosenGateway(config: GatewayConfig | undefined, options: GatewayOptions): GatewayConfig {
  const { s3, ipfs, dapp, objects } = config ?? GatewayConfig.parse({});
  const { durability = objects.durability, agreement = objects.agreement, region } = options;
  const named = options.s3 !== undefined || options.ipfs !== undefined || options.dapp !== undefined;
  const chosen = {
    s3: named && options.s3 === undefined ? undefined : options.s3 === undefined ? s3 : { ...s3, ...addressOf(options.s3), ...(region === undefined ? {} : { region }) },
    ipfs: named && options.ipfs === undefined ? undefined : options.ipfs === undefined ? ipfs : { ...ipfs, ...addressOf(options.ipfs) },
    dapp: named && options.dapp === undefined ? undefined : options.dapp === undefined ? dapp : { ...dapp, ...addressOf(options.dapp) },
    objects: { ...objects, durability, ...(agreement === undefined ? {} : { agreement }) },
  };
  if (chosen.s3 === undefined && chosen.ipfs === undefined && chosen.dapp === undefined) throw new UsageError('Nothing is to be served.', 'Give --s3, --ipfs or --dapp, or write the sections gateway.s3, gateway.ipfs and gateway.dapp into config.json.');
  return GatewayConfig.parse(chosen);
}

/** `host:port`, `:port`, `port` or `[::1]:port`. */
function addressOf(text: string | true): { host?: string; port?: number } {
  if (text === true) return {};
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new UsageError(`"${text}" is no address to listen on.`, 'Write for example 127.0.0.1:9000, or [::1]:9000, or 9000.');
  const host = match[1] ?? (match[2] === '' ? undefined : match[2]);
  return { port, ...(host === undefined ? {} : { host }) };
}
