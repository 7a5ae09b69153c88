/** Jobs that wait; beyond it the least urgent one goes. */
export const QUEUE_MAX = 1_024;
/** Workers attached at once, and accounts shown. */
export const WORKERS_MAX = 256;
export const ACCOUNTS_SHOWN = 512;
/** Jobs that one worker may hold, however much it promises: it starts with one, and has another one for every few that it finished. */
export const LEASES_MAX = 8;
export const JOBS_PER_LEASE = 4;
/** Workers that a job is given to, one after the other. */
export const ATTEMPTS_MAX = 3;
/** A worker that has not asked for work for so long is away. */
export const ATTACHED_MS = 45_000;
/** No job lasts longer, and none moves its bytes slower. */
export const LEASE_MAX_MS = 900_000;
export const LEASE_BYTES_PER_SECOND = 512 * 1024;
/** What surrounds a kernel: requests, parsing, two signatures' worth of hashing. Taken by the clock of one core. */
export const JOB_SECONDS_LEAST = 0.002;
/** Weights of outcomes in a worker's trust; a finished job is 1. */
export const WRONG_WEIGHT = 4;
export const EXPIRED_WEIGHT = 1;
export const GIVEN_BACK_WEIGHT = 0.25;
/** Accounts are written so often. */
export const FLUSH_MS = 5_000;
