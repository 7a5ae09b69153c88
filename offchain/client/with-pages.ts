import type { Pages } from '../codec/pages.ts';
import type { Client } from './client.ts';

/** Memory for what one upload remembers of every file and chunk, as long as `work` takes. */
export async function withPages<T>(client: Client, work: (pages: Pages) => Promise<T>): Promise<T> {
  const pages = client.openPages();
  try {
    return await work(pages);
  } finally {
    pages.close();
  }
}
