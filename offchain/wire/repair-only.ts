import { UnavailableError } from './http-errors.ts';

/** The chain refuses new data in repair-only mode: too little of what is promised was proven lately. Reading, proving and repairing go on. */
export class RepairOnlyError extends UnavailableError {
  /** `retryAfterSeconds`: until the next epoch, when the share can be another one. */
  constructor(facts: { readonly provenBps: number; readonly retryAfterSeconds: number }) {
    const { provenBps, retryAfterSeconds } = facts;
    super(`The network is in repair-only mode: ${provenBps / 100} % of the promised space was proven lately, which is too little to take on new data.`, {
      code: 'REPAIR_ONLY',
      details: { provenBps, retryAfterSeconds },
      nextStep: 'Try again later: stored data can be read, and the network goes on proving and repairing it.',
    });
  }
}
