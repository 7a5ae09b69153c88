import type { Address } from 'viem';
import { creatorLinesOf } from '../../../../earnings/creator-lines.ts';
import type { CreatorLine } from '../../../../earnings/creator-lines.ts';
import { readCreatorAccount } from '../../../../earnings/creator-statement.ts';
import type { CreatorStatement } from '../../../../earnings/creator-statement.ts';
import { useRead } from '../../state/read.ts';

export interface CreatorMoney {
  readonly statement: CreatorStatement;
  readonly lines: readonly CreatorLine[];
}

/** Reads every event of the account's agreements: not to be asked for each second. */
const POLL_MS = 20_000;

export function useCreatorMoney(account: Address) {
  return useRead<CreatorMoney>(['creator-money', account], async (chain) => {
    const { statement, history } = await readCreatorAccount(chain, account);
    return { statement, lines: creatorLinesOf({ history, creator: account, by: 'epoch' }) };
  }, { pollMs: POLL_MS });
}
