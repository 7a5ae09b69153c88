/** A number in the address bar; undefined where it is none. */
export function pathNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : undefined;
}
