import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts';
import { ZERO } from './constants';

/**
 * What events leave out and transactions say: what was called, the rents that `grow` added, and whom a succession names for its bounty. Where the market itself was called, the act
 * begins the input or lies behind a permit (`permitAndCall`), and nothing else counts: whoever sends it may put any bytes beside it. Else it may lie inside another call, of a wallet that is
 * a contract; so every place with the selector is tried, and what does not fit the event is passed over.
 */
/** First four bytes of grow(...), replace(...) and permitAndCall(...); test/subgraph compares them with the ABI. */
const GROW = Bytes.fromHexString('0x125d5e3a');
const REPLACE = Bytes.fromHexString('0x84947977');
const PERMIT_AND_CALL = Bytes.fromHexString('0xd8777d23');
const WORD = 32;
const MAX_SLOTS = 64;

/** The first four bytes of the act that was called, behind its permit where there is one; none where a contract was made. */
export function selectorOf(transaction: ethereum.Transaction): Bytes {
  const input = transaction.input;
  const at = actIn(input);
  // Bytes.empty() of graph-ts has four bytes.
  if (transaction.to === null || input.length < at + 4) return new Bytes(0);
  return Bytes.fromUint8Array(input.subarray(at, at + 4));
}

/** Rents that a growth added, in slot order; null where no call says. `rate`: their sum. */
export function growthOf(transaction: ethereum.Transaction, market: Bytes, agreement: BigInt, slots: i32, rate: BigInt): BigInt[] | null {
  const input = transaction.input;
  const isDirect = calls(transaction, market);
  for (let at = first(input, GROW, isDirect); at >= 0; at = next(input, GROW, isDirect, at)) {
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
  const isDirect = calls(transaction, market);
  for (let at = first(input, REPLACE, isDirect); at >= 0; at = next(input, REPLACE, isDirect, at)) {
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

function calls(transaction: ethereum.Transaction, market: Bytes): boolean {
  const to = transaction.to;
  return to !== null && to.equals(market);
}

/** Where the act begins: behind the permit, which has five words, then says where the act is, and there how long. Each lies behind the one before it, so this ends. */
function actIn(input: Bytes): i32 {
  let at = 0;
  while (isAt(input, PERMIT_AND_CALL, at)) {
    const offset = wordAt(input, at + 4 + 5 * WORD);
    if (offset === null || offset.gt(BigInt.fromI32(input.length))) return at;
    const act = at + 4 + offset.toI32() + WORD;
    if (act + 4 > input.length) return at;
    at = act;
  }
  return at;
}

/** Where to look for the call: in one place where the market was called, from the beginning on where another contract was; -1: nowhere. */
function first(input: Bytes, selector: Bytes, isDirect: boolean): i32 {
  if (!isDirect) return find(input, selector, 0);
  const at = actIn(input);
  return isAt(input, selector, at) ? at : -1;
}

function next(input: Bytes, selector: Bytes, isDirect: boolean, at: i32): i32 {
  return isDirect ? -1 : find(input, selector, at + 1);
}

/** Big-endian; null beyond the end. */
function wordAt(input: Bytes, start: i32): BigInt | null {
  if (start < 0 || start > input.length - WORD) return null;
  const word = new Uint8Array(WORD);
  for (let i = 0; i < WORD; i++) word[i] = input[start + WORD - 1 - i];
  return BigInt.fromUnsignedBytes(Bytes.fromUint8Array(word));
}

function find(input: Bytes, selector: Bytes, from: i32): i32 {
  for (let at = from; at + 4 <= input.length; at++) if (isAt(input, selector, at)) return at;
  return -1;
}

function isAt(input: Bytes, selector: Bytes, at: i32): boolean {
  return at + 4 <= input.length && input[at] === selector[0] && input[at + 1] === selector[1] && input[at + 2] === selector[2] && input[at + 3] === selector[3];
}
