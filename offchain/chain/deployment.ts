import { z } from 'zod';
import { HoldfastError } from '../wire/errors.ts';
import { address, uint } from '../wire/fields.ts';

const Schema = z.strictObject({
  chainId: uint(Number.MAX_SAFE_INTEGER),
  token: address,
  sale: address,
  registry: address,
  market: address,
  lens: address,
  /** The access manager behind the market's parameters. */
  manager: address.optional(),
  /** Retrieval channels, endowments, pools of those who keep something together, and rewards, where they are deployed. */
  channels: address.optional(),
  endowment: address.optional(),
  commons: address.optional(),
  rewards: address.optional(),
  /** The block from which on logs are read. */
  fromBlock: z
    .union([z.bigint(), z.string().regex(/^[0-9]+$/), z.number().int().min(0)])
    .transform((value) => BigInt(value)),
});

/** Where one Holdfast lives. Saved as `deployment.json`. */
export type Deployment = z.output<typeof Schema>;

/** Reads a deployment from JSON text or from its parsed value. Throws BAD_DEPLOYMENT. */
export function parseDeployment(json: unknown): Deployment {
  try {
    return Schema.parse(typeof json === 'string' ? JSON.parse(json) : json);
  } catch (cause) {
    throw new HoldfastError('BAD_DEPLOYMENT', 'The deployment file cannot be read.', {
      cause,
      nextStep: 'Use the deployment.json that the deployment wrote.',
    });
  }
}

export function formatDeployment(deployment: Deployment): string {
  return `${JSON.stringify({ ...deployment, fromBlock: deployment.fromBlock.toString() }, null, 2)}\n`;
}
