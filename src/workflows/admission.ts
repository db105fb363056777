/** Under which limits a narration is admitted (admit.ts): those of all, of the API key that asked, and of its user. */
import type { AdmissionLimit } from "../orchestrator/admit.ts";

/** Of all narrations, whoever asked. */
export const GENERATIONS = "generations";

export type AdmissionLimits = {
  generations: number;
  /** For each API key; null: no limit of its own. */
  runsPerKey: number | null;
  /** For each `metadata.user_id`; null: no limit of its own. */
  runsPerUser: number | null;
};

/**
 * Of a request over the API. An owner has one API key (`local` is that of `LECTOR_API_KEY`, and of whoever asks where
 * none is wanted), and a user's name means something below its owner only. The keys stand in the run whether there are
 * limits now or not, so that a limit that is set later holds for those who wait, too.
 */
export function admissionKeysOf({ ownerId = "local", userId }: { ownerId?: string; userId?: string | undefined }) {
  const keys = [GENERATIONS, `key:${ownerId}`];
  return userId === undefined ? keys : [...keys, `user:${ownerId}/${userId}`];
}

export function admissionLimitOf({ generations, runsPerKey, runsPerUser }: AdmissionLimits): AdmissionLimit {
  return (key) => {
    if (key.startsWith("user:")) return runsPerUser ?? Infinity;
    if (key.startsWith("key:")) return runsPerKey ?? Infinity;
    return generations;
  };
}
