const LENGTH_MAX = 2_000;

/** Any argument of a call as text, cut where it is long: strangers choose it. */
export function argumentText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? one.toString() : one), 1) ?? String(value));
  const shown = text.replaceAll(/[\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  return shown.length > LENGTH_MAX ? `${shown.slice(0, LENGTH_MAX)}… (${shown.length.toLocaleString('en')} characters)` : shown;
}
