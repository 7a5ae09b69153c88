/**
 * Matrix times vectors over GF(2^8). A product with a constant c is two lookups of 16 entries, one per nibble,
 * which `i8x16.swizzle` answers for 16 bytes at once. Three output rows share each load and nibble split of the input.
 *
 * Column j of the input lies at `input + j * stride`, row r of the output at `output + r * stride`; `length` is a
 * multiple of 32. The tables of (row r, column j) lie at `tables + (r * cols + j) * 32`: low nibbles, then high.
 */
export function multiply(tables: usize, rows: i32, cols: i32, input: usize, output: usize, stride: usize, length: usize): void {
  const rowTables = <usize>cols * 32;
  let row = 0;
  for (; row + 3 <= rows; row += 3) {
    multiplyThree(tables, rowTables, cols, input, output, stride, length);
    tables += rowTables * 3;
    output += stride * 3;
  }
  for (; row < rows; row += 1) {
    multiplyOne(tables, cols, input, output, stride, length);
    tables += rowTables;
    output += stride;
  }
}

function multiplyThree(tables: usize, rowTables: usize, cols: i32, input: usize, output: usize, stride: usize, length: usize): void {
  const mask = i8x16.splat(15);
  for (let x: usize = 0; x < length; x += 32) {
    let a0 = i8x16.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0;
    let p = input + x, t = tables;
    for (let j = 0; j < cols; j += 1) {
      const v = v128.load(p), w = v128.load(p, 16);
      const vl = v128.and(v, mask), vh = v128.and(i16x8.shr_u(v, 4), mask);
      const wl = v128.and(w, mask), wh = v128.and(i16x8.shr_u(w, 4), mask);
      const u = t + rowTables, s = u + rowTables;
      let lo = v128.load(t), hi = v128.load(t, 16);
      a0 = v128.xor(a0, v128.xor(i8x16.swizzle(lo, vl), i8x16.swizzle(hi, vh)));
      a1 = v128.xor(a1, v128.xor(i8x16.swizzle(lo, wl), i8x16.swizzle(hi, wh)));
      lo = v128.load(u); hi = v128.load(u, 16);
      b0 = v128.xor(b0, v128.xor(i8x16.swizzle(lo, vl), i8x16.swizzle(hi, vh)));
      b1 = v128.xor(b1, v128.xor(i8x16.swizzle(lo, wl), i8x16.swizzle(hi, wh)));
      lo = v128.load(s); hi = v128.load(s, 16);
      c0 = v128.xor(c0, v128.xor(i8x16.swizzle(lo, vl), i8x16.swizzle(hi, vh)));
      c1 = v128.xor(c1, v128.xor(i8x16.swizzle(lo, wl), i8x16.swizzle(hi, wh)));
      p += stride;
      t += 32;
    }
    const o = output + x, q = o + stride, r = q + stride;
    v128.store(o, a0); v128.store(o, a1, 16);
    v128.store(q, b0); v128.store(q, b1, 16);
    v128.store(r, c0); v128.store(r, c1, 16);
  }
}

function multiplyOne(tables: usize, cols: i32, input: usize, output: usize, stride: usize, length: usize): void {
  const mask = i8x16.splat(15);
  for (let x: usize = 0; x < length; x += 32) {
    let a0 = i8x16.splat(0), a1 = a0;
    let p = input + x, t = tables;
    for (let j = 0; j < cols; j += 1) {
      const v = v128.load(p), w = v128.load(p, 16);
      const lo = v128.load(t), hi = v128.load(t, 16);
      a0 = v128.xor(a0, v128.xor(i8x16.swizzle(lo, v128.and(v, mask)), i8x16.swizzle(hi, v128.and(i16x8.shr_u(v, 4), mask))));
      a1 = v128.xor(a1, v128.xor(i8x16.swizzle(lo, v128.and(w, mask)), i8x16.swizzle(hi, v128.and(i16x8.shr_u(w, 4), mask))));
      p += stride;
      t += 32;
    }
    v128.store(output + x, a0);
    v128.store(output + x, a1, 16);
  }
}

/** The row whose coefficients are all one: a plain XOR of the columns. */
export function xorColumns(cols: i32, input: usize, output: usize, stride: usize, length: usize): void {
  for (let x: usize = 0; x < length; x += 32) {
    let p = input + x;
    let a0 = v128.load(p), a1 = v128.load(p, 16);
    for (let j = 1; j < cols; j += 1) {
      p += stride;
      a0 = v128.xor(a0, v128.load(p));
      a1 = v128.xor(a1, v128.load(p, 16));
    }
    v128.store(output + x, a0);
    v128.store(output + x, a1, 16);
  }
}
