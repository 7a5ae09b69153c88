import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts';
import { ZERO } from './constants';

/**
 * What events leave out and transactions say: the rents that `grow` added, and whom a succession names for its bounty. The call may lie inside another one, of a
 * wallet that is a contract; so every place with the selector is tried, and what does not fit the event is passed over.
 */
/** First four bytes of grow(...) and replace(...) of the market; test/subgraph compares them with its ABI. */
const GROW = Bytes.fromHexString('0x125d5e3a');
const REPLACE = Bytes.fromHexString('0x84947977');
const WORD = 32;
const MAX_SLOTS = 64;

/** Rents that a growth added, in slot order; null where no call says. `rate`: their sum. */
export function growthOf(transaction: ethereum.Transaction, agreement: BigInt, slots: i32, rate: BigInt): BigInt[] | null {
  const input = transaction.input;
  for (let at = find(input, GROW, 0); at >= 0; at = find(input, GROW, at + 1)) {
    const start = at + 4;
    // Words: agreement, nine of the terms (the eighth is the quota), where the offers are, maxCost.
    const id = wordAt(input, start);
    const quota = wordAt(input, start + 8 * WORD);
    const offset = wordAt(input, start + 10 * WORD);
    if (id === null || quota === null || offset === null || id.notEqual(agreement) || offset.gt(BigInt.fromI32(input.length))) continue;
    const list = start + offset.toI32();
    const count = wordAt(input, list);
    if (count === null || count.notEqual(BigInt.fromI32(slots)) || slots > MAX_SLOTS) continue;
    const rents: BigInt[] = [];
    let sum = ZERO;
    for (let i = 0; i < slots; i++) {
      // An offer has five words; the second is the price.
      const price = wordAt(input, list + WORD + (5 * i + 1) * WORD);
      if (price === null) break;
      const rent = price.times(quota);
      rents.push(rent);
      sum = sum.plus(rent);
    }
    if (rents.length === slots && sum.equals(rate)) return rents;
  }
  return null;
}

/** Who is credited the bounty of a replacement: whom the succession names, or who sent it. Null where that cannot be told. */
export function repairerOf(transaction: ethereum.Transaction, market: Bytes, agreement: BigInt, slot: BigInt): Bytes | null {
  const input = transaction.input;
  const to = transaction.to;
  const isDirect = to !== null && to.equals(market);
  for (let at = find(input, REPLACE, 0); at >= 0; at = find(input, REPLACE, at + 1)) {
    const start = at + 4;
    const id = wordAt(input, start);
    const place = wordAt(input, start + WORD);
    const named = start + 7 * WORD;
    if (id === null || place === null || named + WORD > input.length || id.notEqual(agreement) || place.notEqual(slot)) continue;
    const repairer = Bytes.fromUint8Array(input.subarray(named + 12, named + WORD));
    if (!wordAt(input, named)!.isZero()) return repairer;
    return isDirect ? changetype<Bytes>(transaction.from) : null;
  }
  return null;
}

/** Big-endian; null beyond the end. */
function wordAt(input: Bytes, start: i32): BigInt | null {
  if (start < 0 || start > input.length - WORD) return null;
  const word = new Uint8Array(WORD);
  for (let i = 0; i < WORD; i++) word[i] = input[start + WORD - 1 - i];
  return BigInt.fromUnsignedBytes(Bytes.fromUint8Array(word));
}

function find(input: Bytes, selector: Bytes, from: i32): i32 {
  for (let at = from; at + 4 <= input.length; at++) {
    if (input[at] === selector[0] && input[at + 1] === selector[1] && input[at + 2] === selector[2] && input[at + 3] === selector[3]) return at;
  }
  return -1;
}
