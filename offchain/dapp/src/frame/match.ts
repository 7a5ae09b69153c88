/** Whether a page's path fits an address: `/explorer/providers/:id` fits `/explorer/providers/7`. */
export function matchRoute(pattern: string, location: string): boolean {
  const [wanted, given] = [pattern, location].map((path) => path.replace(/[?#].*$/, '').replace(/\/+$/, '').split('/')) as [string[], string[]];
  return wanted.length === given.length && wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]));
}
