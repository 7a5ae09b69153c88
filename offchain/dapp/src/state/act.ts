/** An act that changes something: one at a time, its failure kept, everything that was read asked anew afterwards. */
import { useCallback, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { explain } from './explain.ts';
import { useToasts } from './toasts.tsx';

export interface Act<A extends readonly unknown[], R> {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Undefined where it failed; the failure is in `error`. */
  run(...args: A): Promise<R | undefined>;
  reset(): void;
}

/** What a toast says when it worked: text, or text with the transaction to link. */
export interface Done {
  readonly text: string;
  readonly transactionHash?: string | undefined;
}

/** @example const buy = useAct((coin: bigint) => buyTokens(chain, { coin }), ({ tokens }) => ({ text: `${formatTokens(tokens)} bought.` })); */
export function useAct<A extends readonly unknown[], R>(act: (...args: A) => Promise<R>, done?: (result: R) => Done): Act<A, R> {
  const queries = useQueryClient();
  const { show } = useToasts();
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: undefined });
  const busy = useRef(false);
  const latest = useRef({ act, done });
  latest.current = { act, done };
  const run = useCallback(async (...args: A): Promise<R | undefined> => {
    if (busy.current) return undefined;
    busy.current = true;
    setState({ isBusy: true, error: undefined });
    try {
      const result = await latest.current.act(...args);
      setState({ isBusy: false, error: undefined });
      const said = latest.current.done?.(result);
      if (said !== undefined) show({ tone: 'good', text: said.text, link: said.transactionHash === undefined ? undefined : { href: transactionPath(said.transactionHash), text: 'Transaction' } });
      return result;
    } catch (error) {
      setState({ isBusy: false, error });
      const { isOwnChoice, sentence, nextStep } = explain(error);
      show({ tone: isOwnChoice ? 'plain' : 'bad', text: sentence, nextStep });
      return undefined;
    } finally {
      busy.current = false;
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'connection' && queryKey[0] !== 'settings' });
    }
  }, [queries, show]);
  const reset = useCallback(() => setState({ isBusy: false, error: undefined }), []);
  return { ...state, run, reset };
}

export function transactionPath(hash: string): string {
  return `/explorer/transactions/${hash}`;
}
