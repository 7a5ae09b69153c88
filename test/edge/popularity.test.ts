import { describe, expect, it } from 'vitest';
import { Popularity } from '../../offchain/edge/popularity.ts';

const HALF_LIFE = 1_000_000;

function withClock() {
  let nowMs = 0;
  const popularity = new Popularity({ halfLifeMs: HALF_LIFE, nowMs: () => nowMs });
  return { popularity, pass: (ms: number) => void (nowMs += ms) };
}

describe('popularity', () => {
  it('counts every reader, fading by half in a half-life', () => {
    const { popularity, pass } = withClock();
    expect(popularity.note('a', 'one')).toBe(1);
    expect(popularity.note('a', 'two')).toBe(2);
    pass(HALF_LIFE);
    expect(popularity.note('a', 'three')).toBe(2);
    pass(100 * HALF_LIFE);
    expect(popularity.note('a', 'four')).toBeCloseTo(1);
    expect(popularity.note('b', 'one')).toBe(1);
  });

  it('counts a reader who asks for many pieces once in ten seconds', () => {
    const { popularity, pass } = withClock();
    for (let i = 0; i < 100; i++) expect(popularity.note('a', 'one')).toBeCloseTo(1, 3);
    pass(10_000);
    expect(popularity.note('a', 'one')).toBeCloseTo(2, 1);
  });

  it('forgets what was not asked for for longest, in bounded memory', () => {
    const { popularity } = withClock();
    popularity.note('kept', 'one');
    popularity.note('lost', 'one');
    for (let i = 0; i < 65_534; i++) popularity.note(`n${i}`, 'one');
    expect(popularity.note('kept', 'two')).toBe(2);
    popularity.note('one more', 'one');
    expect(popularity.note('lost', 'two')).toBe(1);
    expect(popularity.note('kept', 'three')).toBe(3);
  });
});
