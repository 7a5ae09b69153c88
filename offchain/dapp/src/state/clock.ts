import { useEffect, useState } from 'react';
import { epochAt, periodOf } from '../../../chain/epoch.ts';
import { useChain } from './chain.tsx';
import { useRead } from './read.ts';

/** The chain's time in Unix seconds, once a second; it runs on between questions. */
export function useNow(): number {
  const chain = useChain();
  const asked = useRead(['now'], async () => ({ seconds: await chain.nowSeconds(), atMs: performance.now() }));
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (asked.data === undefined) return Math.floor(Date.now() / 1000);
  return asked.data.seconds + Math.max(0, performance.now() - asked.data.atMs) / 1000;
}

export function useEpoch(): { readonly epoch: number; readonly period: number } {
  const { clock } = useChain();
  const epoch = Math.max(0, epochAt(clock, useNow()));
  return { epoch, period: periodOf(clock, epoch) };
}
