/** A folder as a page of links. */

export const LISTED_MAX = 10_000;

export function listingPage(path: string, names: readonly string[]): string {
  const rows = [...names].sort((a, b) => (a < b ? -1 : 1)).map((name) => `<li><a href="./${escaped(encodeURIComponent(name))}">${escaped(name)}</a></li>`);
  const more = names.length < LISTED_MAX ? '' : `<p>Only the first ${LISTED_MAX} are shown.</p>`;
  return `<!doctype html><meta charset="utf-8"><title>${escaped(path)}</title><h1>${escaped(path)}</h1><ul>${rows.join('')}</ul>${more}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
