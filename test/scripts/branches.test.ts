import { expect, test } from 'vitest';
import { branchesOf, instrument } from '../../scripts/coverage/branches.ts';

const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
interface Other { function act() external; }
// Bytes are counted, not characters: ü 日本 🧱
contract A {
    error No();
    function f(uint256 a, bool b, Other other) external returns (uint256 c) {
        require(a > 1 && (b || a == 7), No());
        for (uint256 i; i < a; ++i) if (i == 3) c += b ? 1 : 2;
        while (c > 100) --c;
        try other.act() { c = 1; } catch { c = 2; }
    }
}
`;

test('finds every condition once, in the order of the text, with its line', () => {
  expect(branchesOf('a.sol', source).map(({ line, kind, text }) => `${line} ${kind} ${text}`)).toEqual([
    '8 require a > 1 && (b || a == 7)',
    '8 operand a > 1',
    '8 operand (b || a == 7)',
    '8 operand b',
    '8 operand a == 7',
    '9 loop i < a',
    '9 if i == 3',
    '9 choice b',
    '10 loop c > 100',
    '11 try other.act()',
  ]);
});

test('every tag is its own, and the instrumented source has the same branches', () => {
  const branches = branchesOf('a.sol', source);
  expect(new Set(branches.flatMap(({ tags }) => tags)).size).toBe(2 * branches.length);
  const instrumented = instrument('a.sol', source);
  expect(branchesOf('a.sol', instrumented).map(({ kind }) => kind)).toEqual(branches.map(({ kind }) => kind));
  expect(instrumented.match(/__HoldfastBranches\.seen\(/g)).toHaveLength(branches.length + 1);
});

test('says why a source does not parse', () => {
  expect(() => branchesOf('a.sol', 'contract {')).toThrow(/does not parse/);
});
