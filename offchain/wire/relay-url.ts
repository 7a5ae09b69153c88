/** Addresses of nodes that nobody can call: a heavy node carries requests to them. They say where the relay is, not where the node is. */

export function relayUrl(heavyEndpoint: string, node: number): string {
  return `${withoutSlash(heavyEndpoint)}/relay/${node}`;
}

/** Only with one of `heavyEndpoints` in front: a path of that form on somebody's own host is no relay. */
export function isRelayUrl(node: { readonly id: number; readonly endpoint: string }, heavyEndpoints: Iterable<string>): boolean {
  for (const heavy of heavyEndpoints) if (heavy !== '' && relayUrl(heavy, node.id) === withoutSlash(node.endpoint)) return true;
  return false;
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
