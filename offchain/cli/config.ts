import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { EdgeConfig } from '../edge/config.ts';
import { HeavySettings } from '../heavy/settings.ts';
import { ProviderConfig } from '../provider/config.ts';
import { ReciprocalConfig } from '../reciprocal/config.ts';
import { WorkerConfig } from '../worker/config.ts';
import { GatewayConfig } from './gateway-config.ts';
import { ReadPolicyConfig } from './read-policy.ts';
import { BadConfigError } from './errors.ts';

/**
 * `<home>/config.json`: one nested object; a key that is not named here is an error. Paths are relative to the home folder.
 * Options on the command line win over it.
 */
export const Config = z.strictObject({
  network: z
    .strictObject({
      /** JSON-RPC addresses of the chain; the next one is asked when one fails. */
      rpc: z.array(z.url()).default([]),
      /** Blocks that must lie on a commit before an upload counts as stored, and on an end before bytes are dropped. 6 where absent, 0 on a development chain. */
      confirmations: z.number().int().min(0).max(128).optional(),
      /** The deployment file: where token, sale, registry, market and lens are. */
      deployment: z.string().min(1).default('deployment.json'),
      /** Heavy nodes to ask: URLs, or multiaddrs (`/ip4/...`) of peers that know some; those of the registry where absent. */
      heavies: z.array(z.union([z.url(), z.string().startsWith('/')])).optional(),
    })
    .prefault({}),
  wallet: z.strictObject({ keystore: z.string().min(1).default('keystore.json') }).prefault({}),
  /** What this wallet pays for reads, and which edge nodes it asks; offchain/cli/read-policy.ts documents the keys. */
  reads: ReadPolicyConfig.prefault({}),
  /** For `holdfast edge start`; offchain/edge/config.ts documents the keys. Its files lie in `<home>/edge`. */
  edge: z.strictObject(EdgeConfig.omit({ home: true }).shape).optional(),
  /** For `holdfast provider start`; offchain/provider/config.ts documents the keys. Its files lie in `<home>/provider`. */
  provider: z.strictObject(ProviderConfig.omit({ home: true }).shape).optional(),
  /** For `holdfast worker start`; offchain/worker/config.ts documents the keys. Its files lie in `<home>/worker`. */
  worker: z.strictObject(WorkerConfig.omit({ home: true }).shape).optional(),
  /** For `holdfast reciprocal start`; offchain/reciprocal/config.ts documents the keys. The command line's options win. */
  reciprocal: ReciprocalConfig.partial({ folders: true, diskBytes: true }).optional(),
  /** For `holdfast gateway`; offchain/gateway/README.md shows it. */
  gateway: GatewayConfig.optional(),
  /** For `holdfast heavy start`; offchain/heavy/settings.ts documents the keys. Its files lie in `<home>/heavy`. */
  heavy: z.strictObject(HeavySettings.omit({ home: true }).shape).optional(),
});
export type Config = z.output<typeof Config>;
export type ConfigInput = z.input<typeof Config>;

/** The options that every command has. */
export interface CommonOptions {
  readonly home?: string;
  readonly rpc?: readonly string[];
  readonly deployment?: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** 'auto' where absent. */
  readonly progress?: 'auto' | 'bar' | 'lines' | 'json' | 'none';
  readonly debug?: boolean;
}

export function homeOf(options: CommonOptions): string {
  return options.home ?? join(homedir(), '.holdfast');
}

export function configPath(home: string): string {
  return join(home, 'config.json');
}

/** A missing file is the default configuration. Throws BadConfigError that names the keys at fault. */
export async function readConfig(home: string): Promise<Config> {
  const path = configPath(home);
  let value: unknown = {};
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isMissing) throw new BadConfigError(path, `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  }
  const parsed = Config.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new BadConfigError(path, `is not a valid configuration (${faults.join('; ')})`, { nextStep: 'offchain/cli/README.md lists every key.' });
}

export function inHome(home: string, path: string): string {
  return isAbsolute(path) ? path : join(home, path);
}

/** A section that a service cannot run without. Throws BadConfigError. */
export function requireSection<K extends 'provider' | 'heavy' | 'edge' | 'worker'>(home: string, config: Config, key: K): NonNullable<Config[K]> {
  const section = config[key];
  if (section === undefined) throw new BadConfigError(configPath(home), `has no section "${key}"`, { nextStep: 'offchain/cli/README.md shows one to start from.' });
  return section;
}
