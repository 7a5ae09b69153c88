/** What is written like an IP address. As node:net says it, which pages do not have. */

const OCTET = /^(0|[1-9][0-9]{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => OCTET.test(part) && Number(part) <= 255);
}

/** With an IPv4 address in its last 32 bits, too; a zone (`%eth0`) may follow. */
export function isIpv6(text: string): boolean {
  const [address = '', zone, ...rest] = text.split('%');
  if (rest.length > 0 || zone === '') return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const all = groups.flat();
  const last = all.at(-1) ?? '';
  // Dotted text may only be the very end.
  const isDotted = last.includes('.') && (groups.at(-1)?.length ?? 0) > 0;
  const plain = isDotted ? all.slice(0, -1) : all;
  if ((isDotted && !isIpv4(last)) || !plain.every((group) => GROUP.test(group))) return false;
  const count = plain.length + (isDotted ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}
