// usage: node test/provider/disk-child.ts <home> <fragment bytes> <count>: stores fragments and prints one line for each
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../offchain/wire/errors.ts';
import { storeFragment } from '../../offchain/provider/fragments.ts';
import { keyOf, openShelf, pattern, pieces } from './support.ts';

const [home = '', size = '', count = ''] = process.argv.slice(2);
const shelf = await openShelf(home);
for (let i = 0; i < Number(count); i++) {
  const bytes = pattern(`fragment ${i}`, Number(size));
  try {
    const root = await storeFragment(shelf, keyOf(i), { sizeBytes: bytes.length, body: pieces(bytes) });
    process.stdout.write(`${JSON.stringify({ kept: i, root })}\n`);
  } catch (error) {
    const code = error instanceof HoldfastError ? error.code : String(error);
    process.stdout.write(`${JSON.stringify({ failed: i, code, incoming: await readdir(join(home, 'incoming')) })}\n`);
    break;
  }
}
await shelf.close();
