/** Who takes over, when, and at what price, with the lease and the limit that Lector really has. */
import { frozenTests, killedTests } from "../support/takeover.ts";

const real = { leaseMs: 10_000, limit: 20, callMs: 2000, rounds: 3 };
killedTests(real);
frozenTests(real);
