/** The register of public contents that heavy nodes keep: what is said there is a hint, and whoever uses it checks all of it. */
import { z } from 'zod';
import { uint32 } from './fields.ts';
import { PublicLocation } from './named.ts';

/** Of one location as JSON: some 12,000 batches. */
export const KEPT_LOCATION_BYTES = 1 << 20;
/** Places of one content that are told, the ones that are paid for longest first. */
export const KEPT_PLACES_MAX = 4;

/** The reply to PUT /contents/:contentId, whose body is a `PublicLocation`. */
export const KeptReply = z.object({ contentId: z.string(), endPeriod: uint32 });
export type KeptReply = z.infer<typeof KeptReply>;

/** GET /contents/:contentId. `?local=1`: without asking others. */
export const KeptPlaces = z.object({
  places: z.array(z.object({
    /** The first of the location's agreements ends when this period begins, as far as it is paid. */
    endPeriod: uint32,
    location: PublicLocation,
  })).max(KEPT_PLACES_MAX),
});
export type KeptPlaces = z.infer<typeof KeptPlaces>;
