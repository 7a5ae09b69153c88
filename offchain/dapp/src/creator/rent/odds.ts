/** What a visitor should know of safety before paying. Pure; the assumptions are named beside the figures. */

/** Samples that the chain asks of every provider in each epoch. */
export const SAMPLES = 5;
/** Assumed: a provider is gone for good once in so many days, each on its own. */
export const LIFETIME_DAYS = 365;
/** Assumed: so long until a lost part is rebuilt at another provider. */
export const REPAIR_DAYS = 1;

/** That a provider who dropped a share of what it should hold is caught within so many epochs: 1 - (1 - f)^(s e). */
export function detectionOdds(options: { readonly share: number; readonly epochs: number; readonly samples?: number }): number {
  const { share, epochs, samples = SAMPLES } = options;
  return 1 - (1 - share) ** (samples * epochs);
}

/** That more than m of k+m providers are lost within one repair time, in any of a year's. */
export function yearlyLoss({ k, m, lifetimeDays = LIFETIME_DAYS, repairDays = REPAIR_DAYS }: { readonly k: number; readonly m: number; readonly lifetimeDays?: number; readonly repairDays?: number }): number {
  const n = k + m;
  const p = 1 - Math.exp(-repairDays / lifetimeDays);
  let once = 0;
  for (let lost = m + 1; lost <= n; lost++) once += choose(n, lost) * p ** lost * (1 - p) ** (n - lost);
  const times = 365 / repairDays;
  // For tiny odds the exact form loses all digits.
  return once < 1e-9 ? once * times : 1 - (1 - once) ** times;
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

/** "99.999 999 %", cut and never rounded up; at most eleven nines are claimed of any model. */
export function formatDurability(loss: number): string {
  const nines = Math.min(11, Math.max(0, Math.floor(-Math.log10(Math.max(loss, 1e-15)))));
  if (nines < 2) return `${(Math.floor((1 - loss) * 1000) / 10).toFixed(1)} %`;
  const fraction = '9'.repeat(nines - 2);
  return `99${fraction === '' ? '' : `.${fraction.replace(/(.{3})(?=.)/g, '$1 ')}`} %`;
}
