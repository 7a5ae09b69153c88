/** The functions that a mapping of apiVersion 0.0.9 imports, by the file of graph-ts that declares them. */
import { decodeAbiParameters, encodeAbiParameters, keccak256, parseAbiParameters } from 'viem';
import { base58btc } from 'multiformats/bases/base58';
import { MappingError } from '../errors.ts';
import { addDecimals, divideDecimals, formatDecimal, multiplyDecimals, negated, normalized, parseDecimal } from '../schema/decimal.ts';
import type { Decimal } from '../schema/decimal.ts';
import { callImports } from './call-imports.ts';
import { putChainValue, readChainValue } from './chain-values.ts';
import type { Heap } from './heap.ts';
import type { ImportsOf } from './instance.ts';
import { parseJson, putJson, putJsonResult } from './json.ts';
import { putBigInt, putDecimal, readBigInt, readDecimal } from './numbers.ts';
import type { Session } from './session.ts';
import { storeImports } from './store-imports.ts';
import { putContext } from './store-values.ts';

const CRITICAL = 0;
const LEVELS = ['critical', 'error', 'warning', 'info', 'debug'] as const;
const I64_BITS = 64;

export function createImports(session: Session): ImportsOf {
  return (heap) => {
    const text = (pointer: number): string => heap().text(pointer);
    return {
      env: { abort: abort(heap) },
      index: {
        ...storeImports(session, heap),
        'crypto.keccak256': (input: number) => heap().putHex(keccak256(heap().bytes(input))),
        'log.log': (level: number, message: number) => {
          if (level === CRITICAL) throw new MappingError(`The mapping gave up: ${text(message)}`);
          session.log(LEVELS[level] ?? 'info', text(message));
        },
      },
      numbers: numberImports(heap),
      conversion: conversionImports(heap),
      ethereum: { ...callImports(session, heap), ...codingImports(heap) },
      json: jsonImports(heap),
      datasource: {
        'dataSource.address': () => heap().putHex(session.source().address),
        'dataSource.network': () => heap().putText(session.network),
        'dataSource.context': () => putContext(heap(), session.source().context),
      },
    };
  };
}

type HeapNow = () => Heap;

function abort(heap: HeapNow) {
  return (message: number, file: number, line: number, column: number): never => {
    const said = message === 0 ? 'no reason given' : heap().text(message);
    const where = file === 0 ? 'an unknown file' : heap().text(file);
    throw new MappingError(`The mapping aborted: ${said} (${where}, line ${line}, column ${column}).`, { details: { file: where, line, column } });
  };
}

function numberImports(heap: HeapNow) {
  const int = (act: (a: bigint, b: bigint) => bigint) => (a: number, b: number) => putBigInt(heap(), act(readBigInt(heap(), a), readBigInt(heap(), b)));
  const small = (act: (a: bigint, b: bigint) => bigint) => (a: number, b: number) => putBigInt(heap(), act(readBigInt(heap(), a), BigInt(b & 255)));
  const decimal = (act: (a: Decimal, b: Decimal) => Decimal) => (a: number, b: number) => putDecimal(heap(), act(readDecimal(heap(), a), readDecimal(heap(), b)));
  const minus = (a: Decimal, b: Decimal): Decimal => addDecimals(a, negated(b));
  return {
    'bigInt.plus': int((a, b) => a + b),
    'bigInt.minus': int((a, b) => a - b),
    'bigInt.times': int((a, b) => a * b),
    'bigInt.dividedBy': int((a, b) => a / nonZero(b)),
    'bigInt.dividedByDecimal': (a: number, b: number) => putDecimal(heap(), divideDecimals(normalized(readBigInt(heap(), a), 0), readDecimal(heap(), b))),
    'bigInt.mod': int((a, b) => a % nonZero(b)),
    'bigInt.pow': small((a, b) => a ** b),
    'bigInt.fromString': (pointer: number) => putBigInt(heap(), BigInt(heap().text(pointer).trim())),
    'bigInt.bitOr': int((a, b) => a | b),
    'bigInt.bitAnd': int((a, b) => a & b),
    'bigInt.leftShift': small((a, b) => a << b),
    'bigInt.rightShift': small((a, b) => a >> b),
    'bigDecimal.plus': decimal(addDecimals),
    'bigDecimal.minus': decimal(minus),
    'bigDecimal.times': decimal(multiplyDecimals),
    'bigDecimal.dividedBy': decimal(divideDecimals),
    'bigDecimal.equals': (a: number, b: number) => (minus(readDecimal(heap(), a), readDecimal(heap(), b)).digits === 0n ? 1 : 0),
    'bigDecimal.toString': (pointer: number) => heap().putText(formatDecimal(readDecimal(heap(), pointer))),
    'bigDecimal.fromString': (pointer: number) => putDecimal(heap(), parseDecimal(heap().text(pointer))),
  };
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new RangeError('a division by zero');
  return value;
}

function conversionImports(heap: HeapNow) {
  return {
    // Up to the first zero byte, as text of a fixed size is padded.
    'typeConversion.bytesToString': (pointer: number) => heap().putText(Buffer.from(heap().bytes(pointer)).toString('utf8').replace(/\0+$/, '')),
    'typeConversion.bytesToHex': (pointer: number) => heap().putText(heap().hex(pointer)),
    'typeConversion.bigIntToString': (pointer: number) => heap().putText(readBigInt(heap(), pointer).toString()),
    'typeConversion.bigIntToHex': (pointer: number) => {
      const value = readBigInt(heap(), pointer);
      return heap().putText(value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);
    },
    'typeConversion.stringToH160': (pointer: number) => {
      const given = heap().text(pointer);
      const hex = given.startsWith('0x') ? given : `0x${given}`;
      if (!/^0x[0-9a-fA-F]{40}$/.test(hex)) throw new TypeError(`${JSON.stringify(given.slice(0, 60))} is no address`);
      return heap().putHex(hex);
    },
    'typeConversion.bytesToBase58': (pointer: number) => heap().putText(base58btc.baseEncode(heap().bytes(pointer))),
  };
}

function codingImports(heap: HeapNow) {
  return {
    'ethereum.encode': (pointer: number) => {
      const { parameter, value } = readChainValue(heap(), pointer);
      try {
        return heap().putHex(encodeAbiParameters([parameter], [value]));
      } catch {
        return 0;
      }
    },
    'ethereum.decode': (types: number, data: number) => {
      const [parameter] = parseAbiParameters(heap().text(types)) as readonly [Parameters<typeof putChainValue>[1]];
      let value: unknown;
      try {
        [value] = decodeAbiParameters([parameter], heap().hex(data)) as readonly unknown[];
      } catch {
        return 0;
      }
      return putChainValue(heap(), parameter, value);
    },
  };
}

function jsonImports(heap: HeapNow) {
  return {
    'json.fromBytes': (data: number) => putJson(heap(), parseJson(heap().bytes(data))),
    'json.try_fromBytes': (data: number) => putJsonResult(heap(), heap().bytes(data)),
    'json.toI64': (decimal: number) => inRange(BigInt(heap().text(decimal)), true),
    'json.toU64': (decimal: number) => inRange(BigInt(heap().text(decimal)), false),
    'json.toF64': (decimal: number) => Number(heap().text(decimal)),
    'json.toBigInt': (decimal: number) => putBigInt(heap(), BigInt(heap().text(decimal))),
  };
}

function inRange(value: bigint, isSigned: boolean): bigint {
  const wrapped = isSigned ? BigInt.asIntN(I64_BITS, value) : BigInt.asUintN(I64_BITS, value);
  if (wrapped !== value) throw new RangeError(`${value} does not fit into 64 bits`);
  return value;
}
