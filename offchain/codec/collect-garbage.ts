/**
 * Collects now, in a process that keeps its heap small (`cli/small-heap.ts`); does nothing elsewhere. For places where much that V8 does not count
 * has just become garbage: memory that threads share, and contexts of OpenSSL.
 */
export function collectGarbage(): void {
  (globalThis as { readonly gc?: () => void }).gc?.();
}
