/**
 * Writes `permute3`: keccak-f[1600] on three states at a time, as AssemblyScript. Two states lie in the 64-bit halves of v128 values,
 * the third in 64-bit integers: vector and integer arithmetic keep different ports of a core busy, so the third state costs a quarter of
 * what it costs alone. For that their statements alternate, which nobody should have to write or read by hand; hence this generator.
 *
 * Names follow the Keccak team: plane b g k m s, sheet a e i o u; `a..` and `e..` are the state before and after a round, `c` the column
 * parities, `x` theta's correction, `t` a row after rho and pi; a leading `q` marks the integer state. The integer state stays in memory,
 * which spares half of the compiler's spills, and has six lanes complemented, which spares most negations of chi.
 */
const PLANES = ['b', 'g', 'k', 'm', 's'];
const SHEETS = ['a', 'e', 'i', 'o', 'u'];
const LANES = PLANES.flatMap((plane) => SHEETS.map((sheet) => plane + sheet));

/** For each row after rho and pi: the lanes that it is made of, and how far each is rotated. */
const ROWS: readonly (readonly (readonly [lane: string, bits: number])[])[] = [
  [['ba', 0], ['ge', 44], ['ki', 43], ['mo', 21], ['su', 14]],
  [['bo', 28], ['gu', 20], ['ka', 3], ['me', 45], ['si', 61]],
  [['be', 1], ['gi', 6], ['ko', 25], ['mu', 8], ['sa', 18]],
  [['bu', 27], ['ga', 36], ['ke', 10], ['mi', 15], ['so', 56]],
  [['bi', 62], ['go', 55], ['ku', 39], ['ma', 41], ['se', 2]],
];

/** These lanes are kept complemented between rounds; `CHI` has the formulas that fit. */
const COMPLEMENTED = ['be', 'bi', 'go', 'ki', 'mi', 'sa'];
const CHI: readonly (readonly string[])[] = [
  ['ta ^ (te | ti)', 'te ^ (~ti | to)', 'ti ^ (to & tu)', 'to ^ (tu | ta)', 'tu ^ (ta & te)'],
  ['ta ^ (te | ti)', 'te ^ (ti & to)', 'ti ^ (to | ~tu)', 'to ^ (tu | ta)', 'tu ^ (ta & te)'],
  ['ta ^ (te | ti)', 'te ^ (ti & to)', 'ti ^ (~to & tu)', '~to ^ (tu | ta)', 'tu ^ (ta & te)'],
  ['ta ^ (te & ti)', 'te ^ (ti | to)', 'ti ^ (~to | tu)', '~to ^ (tu & ta)', 'tu ^ (ta | te)'],
  ['ta ^ (~te & ti)', '~te ^ (ti | to)', 'ti ^ (to & tu)', 'to ^ (tu | ta)', 'tu ^ (ta & te)'],
];

/** Offsets into STATE: 25 lanes of 16 bytes for two states, then twice 25 lanes of 8 bytes for the third, used in turns. */
const QA = 400;
const QE = 600;
export const STATE_BYTES = 800;

const at = (i: number): string => SHEETS[(i + 5) % 5]!;
const xor = (a: string, b: string): string => `v128.xor(${a}, ${b})`;
const place = (side: 'a' | 'e', lane: string): string => String((side === 'a' ? QA : QE) + 8 * LANES.indexOf(lane));
const held = (side: 'a' | 'e', lane: string): string => `load<u64>(STATE, ${place(side, lane)})`;

function vectorRound(from: 'a' | 'e', to: 'a' | 'e', constantAt: number): string[] {
  const columns = SHEETS.map((s) => {
    const [b, g, k, m, last] = PLANES.map((plane) => from + plane + s) as [string, string, string, string, string];
    return `c${s} = ${xor(xor(xor(b, g), xor(k, m)), last)};`;
  });
  const corrections = SHEETS.map((s, i) => `x${s} = ${xor(`c${at(i - 1)}`, rotate(`c${at(i + 1)}`, 1))};`);
  const rows = ROWS.flatMap((row, r) => [
    ...row.map(([lane, bits], i) => `t${at(i)} = ${rotate(xor(from + lane, `x${lane[1]}`), bits)};`),
    ...SHEETS.map((s, i) => {
      const chi = xor(`t${s}`, `v128.andnot(t${at(i + 2)}, t${at(i + 1)})`);
      return `${to}${PLANES[r]}${s} = ${r + i === 0 ? xor(chi, `v128.load_splat<u64>(constants, ${constantAt})`) : chi};`;
    }),
  ]);
  return [...columns, ...corrections, ...rows];
}

function rotate(lane: string, bits: number): string {
  if (bits === 0) return lane;
  return bits === 1 || bits === 8 || bits === 56 ? `rotate${bits}(${lane})` : `rotate(${lane}, ${bits})`;
}

function integerRound(from: 'a' | 'e', to: 'a' | 'e', constantAt: number): string[] {
  const columns = SHEETS.map((s) => `qc${s} = ${PLANES.map((plane) => held(from, plane + s)).join(' ^ ')};`);
  const corrections = SHEETS.map((s, i) => `qx${s} = qc${at(i - 1)} ^ i64.rotl(qc${at(i + 1)}, 1);`);
  const rows = ROWS.flatMap((row, r) => [
    ...row.map(([lane, bits], i) => {
      const lifted = `${held(from, lane)} ^ qx${lane[1]}`;
      return `qt${at(i)} = ${bits === 0 ? lifted : `i64.rotl(${lifted}, ${bits})`};`;
    }),
    ...SHEETS.map((s, i) => {
      const chi = CHI[r]![i]!.replaceAll('t', 'qt');
      return `store<u64>(STATE, ${r + i === 0 ? `${chi} ^ load<u64>(constants, ${constantAt})` : chi}, ${place(to, PLANES[r]! + s)});`;
    }),
  ]);
  return [...columns, ...corrections, ...rows];
}

/** The statements of both rounds have the same number and shape; they alternate one by one. */
function round(from: 'a' | 'e', to: 'a' | 'e', constantAt: number): string[] {
  const integer = integerRound(from, to, constantAt);
  return vectorRound(from, to, constantAt).flatMap((statement, i) => [statement, integer[i]!]);
}

export function permuteSource(): string {
  const work = ['c', 'x', 't'].flatMap((name) => SHEETS.map((s) => name + s));
  const complement = COMPLEMENTED.map((lane) => `store<u64>(STATE, ~${held('a', lane)}, ${place('a', lane)});`);
  const body = [
    ...LANES.map((lane, i) => `let a${lane} = v128.load(STATE, ${16 * i});`),
    `let ${LANES.map((lane) => `e${lane}: v128`).join(', ')};`,
    `let ${work.map((name) => `${name}: v128, q${name}: u64`).join(', ')};`,
    ...complement,
    // Two rounds for each turn, so that no lane is ever moved.
    'for (let constants = ROUND_CONSTANTS; constants < ROUND_CONSTANTS + 192; constants += 16) {',
    ...round('a', 'e', 0),
    ...round('e', 'a', 8),
    '}',
    ...complement,
    ...LANES.map((lane, i) => `v128.store(STATE, a${lane}, ${16 * i});`),
  ];
  return [
    "import { rotate, rotate1, rotate8, rotate56, ROUND_CONSTANTS } from './lanes';",
    `export const STATE: usize = memory.data(${STATE_BYTES}, 16);`,
    'export function permute3(): void {',
    ...body,
    '}',
    '',
  ].join('\n');
}
