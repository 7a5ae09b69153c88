import { isHex, size } from 'viem';
import { WalletAnswerError } from './errors.ts';

const HASH_BYTES = 32;

/** What a wallet answers to what it acts on, when it is an answer. Names of batches are looked at by who sends them. @throws WalletAnswerError */
export function checkAnswer(method: string, answer: unknown): unknown {
  if (method === 'eth_sendTransaction' && !(isHex(answer, { strict: true }) && size(answer) === HASH_BYTES)) throw new WalletAnswerError(method, { wasSending: true });
  if ((method === 'eth_signTypedData_v4' || method === 'personal_sign') && !isHex(answer, { strict: true })) throw new WalletAnswerError(method, { wasSending: false });
  return answer;
}
