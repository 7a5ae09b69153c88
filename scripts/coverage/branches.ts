import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

/** One condition, or one try, of a contract. It is covered when both outcomes were seen. */
export interface Branch {
  /** Path of the source, from the project's root. */
  readonly file: string;
  readonly line: number;
  readonly kind: 'if' | 'require' | 'loop' | 'choice' | 'operand' | 'try';
  /** The condition as written, on one line. */
  readonly text: string;
  /** What the instrumented code reports: hexadecimal, for true (or success) and for false (or failure). */
  readonly tags: readonly [string, string];
}

/** A place to write at, in bytes of the source. */
interface Site {
  readonly start: number;
  readonly end: number;
  readonly kind: Branch['kind'];
  /** Behind the opening braces of success and failure of a try; empty for conditions. */
  readonly blocks: readonly number[];
}

interface AstNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [key: string]: unknown;
}

/** The library that instrumented conditions go through; the hits are Hardhat's own. */
export const BRANCH_LIBRARY = { file: '__HoldfastBranches.sol', name: '__HoldfastBranches' };

/**
 * One function, too large to be inlined: the instrumented code must still fit the stack. It calls the address that Hardhat listens at.
 * `view` is cast away in the same manner as there, because conditions of pure functions report too.
 */
export const BRANCH_LIBRARY_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
library ${BRANCH_LIBRARY.name} {
  function seen(bool outcome, uint256 tag) internal pure returns (bool) { return _pure(_report)(outcome, tag); }
  function _report(bool outcome, uint256 tag) private view returns (bool) {
    assembly ("memory-safe") {
      let at := mload(0x40)
      mstore(at, add(tag, iszero(outcome)))
      pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, at, 32, 0, 0))
    }
    return outcome;
  }
  function _pure(function(bool, uint256) internal view returns (bool) from) private pure returns (function(bool, uint256) internal pure returns (bool) to) {
    assembly ("memory-safe") { to := from }
  }
}
`;

/** All branches of a source, in the order of their text. */
export function branchesOf(file: string, source: string): Branch[] {
  const bytes = Buffer.from(source);
  return sitesOf(source).map(({ start, end, kind }, ordinal) => ({
    file,
    line: bytes.subarray(0, start).toString().split('\n').length,
    kind,
    text: bytes.subarray(start, end).toString().replaceAll(/\s+/g, ' '),
    tags: [tagOf(file, ordinal, 0n), tagOf(file, ordinal, 1n)],
  }));
}

/** The same source, reporting the outcome of every branch. It may already report its statements: that adds no branch. */
export function instrument(file: string, source: string): string {
  const inserts: { at: number; text: string; rank: number }[] = [];
  for (const [ordinal, { start, end, blocks }] of sitesOf(source).entries()) {
    const tag = `${firstTagOf(file, ordinal)}`;
    if (blocks.length > 0) {
      for (const [i, at] of blocks.entries()) inserts.push({ at, text: `${BRANCH_LIBRARY.name}.seen(${i === 0}, ${tag});`, rank: 0 });
    } else {
      // Of two conditions that begin together the longer one opens first; of two that end together the shorter one closes first.
      inserts.push({ at: start, text: `${BRANCH_LIBRARY.name}.seen(`, rank: -end });
      inserts.push({ at: end, text: `, ${tag})`, rank: -start });
    }
  }
  inserts.sort((a, b) => a.at - b.at || a.rank - b.rank);
  const bytes = Buffer.from(source);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { at, text } of inserts) {
    parts.push(bytes.subarray(from, at), Buffer.from(text));
    from = at;
  }
  parts.push(bytes.subarray(from), Buffer.from(`\nimport "${BRANCH_LIBRARY.file}";\n`));
  return Buffer.concat(parts).toString();
}

/** The tag of the outcome true; the next number is that of false. Six bytes: short enough for small code, even. */
function firstTagOf(file: string, ordinal: number): bigint {
  return BigInt(`0x${createHash('sha256').update(`${file}\0${ordinal}`).digest('hex').slice(0, 12)}`) & ~1n;
}

function tagOf(file: string, ordinal: number, offset: bigint): string {
  return (firstTagOf(file, ordinal) + offset).toString(16).padStart(64, '0');
}

function sitesOf(source: string): Site[] {
  const sites: Site[] = [];
  visit(parse(source), sites);
  return sites.sort((a, b) => a.start - b.start || b.end - a.end);
}

function visit(value: unknown, sites: Site[]): void {
  if (typeof value !== 'object' || value === null) return;
  const node = value as AstNode;
  if (typeof node.nodeType === 'string') collect(node, sites);
  // Of a list as of a node.
  for (const child of Object.values(node)) visit(child, sites);
}

function collect(node: AstNode, sites: Site[]): void {
  const add = (part: unknown, kind: Branch['kind']) => {
    if (part !== null && part !== undefined) sites.push({ ...rangeOf(part as AstNode), kind, blocks: [] });
  };
  if (node.nodeType === 'IfStatement') add(node['condition'], 'if');
  if (node.nodeType === 'ForStatement' || node.nodeType === 'WhileStatement' || node.nodeType === 'DoWhileStatement') add(node['condition'], 'loop');
  if (node.nodeType === 'Conditional') add(node['condition'], 'choice');
  if (isLogical(node)) {
    // Of `a && b && c` the three of them: what `a && b` gives follows, and calls in calls in calls nest deeper than tools can read.
    for (const side of [node['leftExpression'], node['rightExpression']]) if (!isLogical(side as AstNode)) add(side, 'operand');
  }
  if (node.nodeType === 'FunctionCall') {
    const { name } = node['expression'] as { name?: string };
    if (name === 'require' || name === 'assert') add((node['arguments'] as AstNode[])[0], 'require');
  }
  if (node.nodeType === 'TryStatement') {
    const clauses = node['clauses'] as { block: AstNode }[];
    sites.push({ ...rangeOf(node['externalCall'] as AstNode), kind: 'try', blocks: clauses.map(({ block }) => rangeOf(block).start + 1) });
  }
}

function isLogical(node: AstNode): boolean {
  return node.nodeType === 'BinaryOperation' && (node['operator'] === '&&' || node['operator'] === '||');
}

function rangeOf(node: AstNode): { start: number; end: number } {
  const [start, length] = node.src.split(':').map(Number) as [number, number];
  return { start, end: start + length };
}

let compiler: { compile(input: string): string } | undefined;

function parse(source: string): AstNode {
  compiler ??= createRequire(import.meta.url)('solc') as { compile(input: string): string };
  const settings = { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } };
  const output = JSON.parse(compiler.compile(JSON.stringify({ language: 'Solidity', sources: { it: { content: source } }, settings }))) as {
    sources?: { it?: { ast: AstNode } };
    errors?: { formattedMessage: string }[];
  };
  const ast = output.sources?.it?.ast;
  if (ast === undefined) throw new Error(`The source does not parse.\n${(output.errors ?? []).map(({ formattedMessage }) => formattedMessage).join('\n')}`);
  return ast;
}
