/** An act that changes something: one at a time, its failure kept, everything that was read asked anew afterwards. */
import { useCallback, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { explain } from './explain.ts';
import { lastSent, sentCount } from './last-sent.ts';
import { useToasts } from './toasts.tsx';

export interface Act<A extends readonly unknown[], R> {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Undefined where it failed; the failure is in `error`. */
  run(...args: A): Promise<R | undefined>;
  reset(): void;
}

/** Until what failed stands on its page. */
const SHOWN_AFTER_MS = 100;

/** What a toast says when it worked. The transaction is linked: this one, or else the last one that the act sent. */
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
    const before = sentCount();
    setState({ isBusy: true, error: undefined });
    try {
      const result = await latest.current.act(...args);
      setState({ isBusy: false, error: undefined });
      const said = latest.current.done?.(result);
      const hash = said?.transactionHash ?? (sentCount() > before ? lastSent() : undefined);
      if (said !== undefined) show({ tone: 'good', text: said.text, link: hash === undefined ? undefined : { href: transactionPath(hash), text: 'Transaction' } });
      return result;
    } catch (error) {
      setState({ isBusy: false, error });
      const { code, isOwnChoice, sentence, nextStep } = explain(error);
      // Where it was begun it is told in full; a notice is for whoever has gone on meanwhile.
      setTimeout(() => document.querySelector(`.failure[data-code="${CSS.escape(code)}"]`) === null && show({ tone: isOwnChoice ? 'plain' : 'bad', text: sentence, nextStep }), SHOWN_AFTER_MS);
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
