/** Which limits narrations are admitted under; that they hold is shown in test/contract/limits-hold.test.ts. */
import { expect, test } from "vitest";
import { admissionKeysOf, admissionLimitOf, GENERATIONS } from "../../src/workflows/admission.ts";

test("a user's limit is that of one owner's user, an API key's that of all its users", () => {
  const limitOf = admissionLimitOf({ generations: 20, runsPerKey: 5, runsPerUser: 2 });
  const named = (ownerId?: string, userId?: string) => admissionKeysOf({ ...(ownerId && { ownerId }), userId });
  expect(named(undefined, "a").map(limitOf)).toEqual([20, 5, 2]);
  expect(named("team").map(limitOf)).toEqual([20, 5]);
  const users = [named("team", "a"), named("other", "a"), named("team", "b")].map((keys) => keys[2]);
  expect(new Set(users).size).toBe(3);
});

test("without limits for users and keys only that of all narrations holds, whatever a user is called", () => {
  const limitOf = admissionLimitOf({ generations: 3, runsPerKey: null, runsPerUser: null });
  expect(admissionKeysOf({ userId: GENERATIONS }).map(limitOf)).toEqual([3, Infinity, Infinity]);
});
