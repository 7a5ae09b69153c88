import { channelsAbi, commonsAbi, endowmentAbi, managerAbi, marketAbi, registryAbi, rewardsAbi, saleAbi, tokenAbi } from '../../offchain/chain/generated/abi.ts';

interface Parameter {
  readonly type: string;
  readonly name?: string;
  readonly indexed?: boolean;
  readonly components?: readonly Parameter[];
}

export interface AbiEvent {
  readonly type: 'event';
  readonly name: string;
  readonly inputs: readonly Parameter[];
}

/** Every contract that sends events, by the subgraph's name for it and the deployment's. */
export const SOURCES = [
  { name: 'Token', key: 'token', abi: tokenAbi },
  { name: 'Sale', key: 'sale', abi: saleAbi },
  { name: 'Manager', key: 'manager', abi: managerAbi },
  { name: 'Registry', key: 'registry', abi: registryAbi },
  { name: 'Market', key: 'market', abi: marketAbi },
  { name: 'Channels', key: 'channels', abi: channelsAbi },
  { name: 'Endowment', key: 'endowment', abi: endowmentAbi },
  { name: 'Commons', key: 'commons', abi: commonsAbi },
  { name: 'Rewards', key: 'rewards', abi: rewardsAbi },
] as const;

const NEVER_SENT = 'OpenZeppelin declares it for contracts whose name or version may change; these never do';

/** Events without a handler, and why they need none. */
export const UNHANDLED: Readonly<Record<string, string>> = {
  'Token.EIP712DomainChanged': NEVER_SENT,
  'Market.EIP712DomainChanged': NEVER_SENT,
  'Channels.EIP712DomainChanged': NEVER_SENT,
};

/** All events of a contract, handled or not. */
export function eventsOf(source: (typeof SOURCES)[number]): AbiEvent[] {
  return (source.abi as readonly { readonly type: string }[]).filter((item): item is AbiEvent => item.type === 'event');
}

export function handledEventsOf(source: (typeof SOURCES)[number]): AbiEvent[] {
  return eventsOf(source).filter(({ name }) => UNHANDLED[`${source.name}.${name}`] === undefined);
}

export function handlerOf(source: { readonly name: string }, event: { readonly name: string }): string {
  return `handle${source.name}${event.name}`;
}

/** As manifests have it: `Opened(indexed uint32,(address,uint32)[])`. */
export function signatureOf({ name, inputs }: AbiEvent): string {
  return `${name}(${inputs.map((input) => `${input.indexed === true ? 'indexed ' : ''}${typeOf(input)}`).join(',')})`;
}

function typeOf({ type, components }: Parameter): string {
  return components === undefined ? type : `(${components.map(typeOf).join(',')})${type.slice('tuple'.length)}`;
}
