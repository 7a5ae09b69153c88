import { decodeFunctionData } from 'viem';
import type { Hex } from 'viem';
import { marketAbi } from './generated/abi.ts';

/** The call that a transaction's input makes, behind its permit (`permitAndCall`) where there is one: the selector and the arguments of the act itself. */
export function actOf(input: Hex): Hex {
  // Each act is shorter than what it lies in.
  for (let act = input; ; ) {
    const inner = behindPermit(act);
    if (inner === undefined) return act;
    act = inner;
  }
}

function behindPermit(data: Hex): Hex | undefined {
  try {
    const { functionName, args } = decodeFunctionData({ abi: marketAbi, data });
    return functionName === 'permitAndCall' ? args[5] : undefined;
  } catch {
    return undefined;
  }
}
