/**
 * keccak-f[1600] on two states at a time, one per 64-bit half of each v128. Names follow the Keccak team:
 * plane b g k m s, sheet a e i o u; `a..` and `e..` are the state before and after a round, `c` the column
 * parities, `x` theta's correction, `t` the row after rho and pi.
 */
const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);
/** 25 lanes of 16 bytes: the two states, interleaved. */
export const STATE: usize = memory.data(400, 16);

// @ts-ignore: decorator
@inline
function rotl(lane: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(lane, bits), i64x2.shr_u(lane, 64 - bits));
}

// @ts-ignore: decorator
@inline
function rotl1(lane: v128): v128 {
  return v128.or(i64x2.add(lane, lane), i64x2.shr_u(lane, 63));
}

// @ts-ignore: decorator
@inline
function rotl8(lane: v128): v128 {
  return i8x16.shuffle(lane, lane, 7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14);
}

// @ts-ignore: decorator
@inline
function rotl56(lane: v128): v128 {
  return i8x16.shuffle(lane, lane, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8);
}

/** keccak-f[1600] on both states. Two rounds per turn of the loop, so that no lane is ever moved. */
export function permute(): void {
  let aba = v128.load(STATE, 0), abe = v128.load(STATE, 16), abi = v128.load(STATE, 32), abo = v128.load(STATE, 48), abu = v128.load(STATE, 64);
  let aga = v128.load(STATE, 80), age = v128.load(STATE, 96), agi = v128.load(STATE, 112), ago = v128.load(STATE, 128), agu = v128.load(STATE, 144);
  let aka = v128.load(STATE, 160), ake = v128.load(STATE, 176), aki = v128.load(STATE, 192), ako = v128.load(STATE, 208), aku = v128.load(STATE, 224);
  let ama = v128.load(STATE, 240), ame = v128.load(STATE, 256), ami = v128.load(STATE, 272), amo = v128.load(STATE, 288), amu = v128.load(STATE, 304);
  let asa = v128.load(STATE, 320), ase = v128.load(STATE, 336), asi = v128.load(STATE, 352), aso = v128.load(STATE, 368), asu = v128.load(STATE, 384);
  let eba: v128, ebe: v128, ebi: v128, ebo: v128, ebu: v128;
  let ega: v128, ege: v128, egi: v128, ego: v128, egu: v128;
  let eka: v128, eke: v128, eki: v128, eko: v128, eku: v128;
  let ema: v128, eme: v128, emi: v128, emo: v128, emu: v128;
  let esa: v128, ese: v128, esi: v128, eso: v128, esu: v128;
  let ca: v128, ce: v128, ci: v128, co: v128, cu: v128, xa: v128, xe: v128, xi: v128, xo: v128, xu: v128;
  let ta: v128, te: v128, ti: v128, to: v128, tu: v128;
  for (let constants = ROUND_CONSTANTS; constants < ROUND_CONSTANTS + 192; constants += 16) {
    ca = v128.xor(v128.xor(v128.xor(aba, aga), v128.xor(aka, ama)), asa);
    ce = v128.xor(v128.xor(v128.xor(abe, age), v128.xor(ake, ame)), ase);
    ci = v128.xor(v128.xor(v128.xor(abi, agi), v128.xor(aki, ami)), asi);
    co = v128.xor(v128.xor(v128.xor(abo, ago), v128.xor(ako, amo)), aso);
    cu = v128.xor(v128.xor(v128.xor(abu, agu), v128.xor(aku, amu)), asu);
    xa = v128.xor(cu, rotl1(ce));
    xe = v128.xor(ca, rotl1(ci));
    xi = v128.xor(ce, rotl1(co));
    xo = v128.xor(ci, rotl1(cu));
    xu = v128.xor(co, rotl1(ca));
    ta = v128.xor(aba, xa);
    te = rotl(v128.xor(age, xe), 44);
    ti = rotl(v128.xor(aki, xi), 43);
    to = rotl(v128.xor(amo, xo), 21);
    tu = rotl(v128.xor(asu, xu), 14);
    eba = v128.xor(v128.xor(ta, v128.andnot(ti, te)), v128.load_splat<u64>(constants, 0));
    ebe = v128.xor(te, v128.andnot(to, ti));
    ebi = v128.xor(ti, v128.andnot(tu, to));
    ebo = v128.xor(to, v128.andnot(ta, tu));
    ebu = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl(v128.xor(abo, xo), 28);
    te = rotl(v128.xor(agu, xu), 20);
    ti = rotl(v128.xor(aka, xa), 3);
    to = rotl(v128.xor(ame, xe), 45);
    tu = rotl(v128.xor(asi, xi), 61);
    ega = v128.xor(ta, v128.andnot(ti, te));
    ege = v128.xor(te, v128.andnot(to, ti));
    egi = v128.xor(ti, v128.andnot(tu, to));
    ego = v128.xor(to, v128.andnot(ta, tu));
    egu = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl1(v128.xor(abe, xe));
    te = rotl(v128.xor(agi, xi), 6);
    ti = rotl(v128.xor(ako, xo), 25);
    to = rotl8(v128.xor(amu, xu));
    tu = rotl(v128.xor(asa, xa), 18);
    eka = v128.xor(ta, v128.andnot(ti, te));
    eke = v128.xor(te, v128.andnot(to, ti));
    eki = v128.xor(ti, v128.andnot(tu, to));
    eko = v128.xor(to, v128.andnot(ta, tu));
    eku = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl(v128.xor(abu, xu), 27);
    te = rotl(v128.xor(aga, xa), 36);
    ti = rotl(v128.xor(ake, xe), 10);
    to = rotl(v128.xor(ami, xi), 15);
    tu = rotl56(v128.xor(aso, xo));
    ema = v128.xor(ta, v128.andnot(ti, te));
    eme = v128.xor(te, v128.andnot(to, ti));
    emi = v128.xor(ti, v128.andnot(tu, to));
    emo = v128.xor(to, v128.andnot(ta, tu));
    emu = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl(v128.xor(abi, xi), 62);
    te = rotl(v128.xor(ago, xo), 55);
    ti = rotl(v128.xor(aku, xu), 39);
    to = rotl(v128.xor(ama, xa), 41);
    tu = rotl(v128.xor(ase, xe), 2);
    esa = v128.xor(ta, v128.andnot(ti, te));
    ese = v128.xor(te, v128.andnot(to, ti));
    esi = v128.xor(ti, v128.andnot(tu, to));
    eso = v128.xor(to, v128.andnot(ta, tu));
    esu = v128.xor(tu, v128.andnot(te, ta));
    ca = v128.xor(v128.xor(v128.xor(eba, ega), v128.xor(eka, ema)), esa);
    ce = v128.xor(v128.xor(v128.xor(ebe, ege), v128.xor(eke, eme)), ese);
    ci = v128.xor(v128.xor(v128.xor(ebi, egi), v128.xor(eki, emi)), esi);
    co = v128.xor(v128.xor(v128.xor(ebo, ego), v128.xor(eko, emo)), eso);
    cu = v128.xor(v128.xor(v128.xor(ebu, egu), v128.xor(eku, emu)), esu);
    xa = v128.xor(cu, rotl1(ce));
    xe = v128.xor(ca, rotl1(ci));
    xi = v128.xor(ce, rotl1(co));
    xo = v128.xor(ci, rotl1(cu));
    xu = v128.xor(co, rotl1(ca));
    ta = v128.xor(eba, xa);
    te = rotl(v128.xor(ege, xe), 44);
    ti = rotl(v128.xor(eki, xi), 43);
    to = rotl(v128.xor(emo, xo), 21);
    tu = rotl(v128.xor(esu, xu), 14);
    aba = v128.xor(v128.xor(ta, v128.andnot(ti, te)), v128.load_splat<u64>(constants, 8));
    abe = v128.xor(te, v128.andnot(to, ti));
    abi = v128.xor(ti, v128.andnot(tu, to));
    abo = v128.xor(to, v128.andnot(ta, tu));
    abu = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl(v128.xor(ebo, xo), 28);
    te = rotl(v128.xor(egu, xu), 20);
    ti = rotl(v128.xor(eka, xa), 3);
    to = rotl(v128.xor(eme, xe), 45);
    tu = rotl(v128.xor(esi, xi), 61);
    aga = v128.xor(ta, v128.andnot(ti, te));
    age = v128.xor(te, v128.andnot(to, ti));
    agi = v128.xor(ti, v128.andnot(tu, to));
    ago = v128.xor(to, v128.andnot(ta, tu));
    agu = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl1(v128.xor(ebe, xe));
    te = rotl(v128.xor(egi, xi), 6);
    ti = rotl(v128.xor(eko, xo), 25);
    to = rotl8(v128.xor(emu, xu));
    tu = rotl(v128.xor(esa, xa), 18);
    aka = v128.xor(ta, v128.andnot(ti, te));
    ake = v128.xor(te, v128.andnot(to, ti));
    aki = v128.xor(ti, v128.andnot(tu, to));
    ako = v128.xor(to, v128.andnot(ta, tu));
    aku = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl(v128.xor(ebu, xu), 27);
    te = rotl(v128.xor(ega, xa), 36);
    ti = rotl(v128.xor(eke, xe), 10);
    to = rotl(v128.xor(emi, xi), 15);
    tu = rotl56(v128.xor(eso, xo));
    ama = v128.xor(ta, v128.andnot(ti, te));
    ame = v128.xor(te, v128.andnot(to, ti));
    ami = v128.xor(ti, v128.andnot(tu, to));
    amo = v128.xor(to, v128.andnot(ta, tu));
    amu = v128.xor(tu, v128.andnot(te, ta));
    ta = rotl(v128.xor(ebi, xi), 62);
    te = rotl(v128.xor(ego, xo), 55);
    ti = rotl(v128.xor(eku, xu), 39);
    to = rotl(v128.xor(ema, xa), 41);
    tu = rotl(v128.xor(ese, xe), 2);
    asa = v128.xor(ta, v128.andnot(ti, te));
    ase = v128.xor(te, v128.andnot(to, ti));
    asi = v128.xor(ti, v128.andnot(tu, to));
    aso = v128.xor(to, v128.andnot(ta, tu));
    asu = v128.xor(tu, v128.andnot(te, ta));
  }
  v128.store(STATE, aba, 0); v128.store(STATE, abe, 16); v128.store(STATE, abi, 32); v128.store(STATE, abo, 48); v128.store(STATE, abu, 64);
  v128.store(STATE, aga, 80); v128.store(STATE, age, 96); v128.store(STATE, agi, 112); v128.store(STATE, ago, 128); v128.store(STATE, agu, 144);
  v128.store(STATE, aka, 160); v128.store(STATE, ake, 176); v128.store(STATE, aki, 192); v128.store(STATE, ako, 208); v128.store(STATE, aku, 224);
  v128.store(STATE, ama, 240); v128.store(STATE, ame, 256); v128.store(STATE, ami, 272); v128.store(STATE, amo, 288); v128.store(STATE, amu, 304);
  v128.store(STATE, asa, 320); v128.store(STATE, ase, 336); v128.store(STATE, asi, 352); v128.store(STATE, aso, 368); v128.store(STATE, asu, 384);
}
