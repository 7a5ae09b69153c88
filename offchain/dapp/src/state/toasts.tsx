import { createContext, use, useCallback, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'plain';
  readonly text: string;
  readonly nextStep?: string | undefined;
  /** A page of ours: /explorer/transactions/0x.. */
  readonly link?: { readonly href: string; readonly text: string } | undefined;
}

interface Toasts {
  readonly list: readonly Toast[];
  /** Returns its number. Bad ones stay until they are closed. */
  show(toast: Omit<Toast, 'id'>): number;
  close(id: number): void;
}

const SHOWN_MS = 7_000;
const TOASTS_MAX = 4;
const ToastsContext = createContext<Toasts | undefined>(undefined);

export function ToastsProvider({ children }: { children: ReactNode }) {
  const [list, setList] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const close = useCallback((id: number) => setList((now) => now.filter((one) => one.id !== id)), []);
  const show = useCallback((toast: Omit<Toast, 'id'>) => {
    const id = ++last.current;
    setList((now) => [...now.slice(-(TOASTS_MAX - 1)), { ...toast, id }]);
    if (toast.tone !== 'bad') setTimeout(() => close(id), SHOWN_MS);
    return id;
  }, [close]);
  const toasts = useMemo(() => ({ list, show, close }), [list, show, close]);
  return <ToastsContext value={toasts}>{children}</ToastsContext>;
}

export function useToasts(): Toasts {
  const toasts = use(ToastsContext);
  if (toasts === undefined) throw new Error('useToasts outside of <ToastsProvider>.');
  return toasts;
}
