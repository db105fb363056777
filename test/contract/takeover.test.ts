/** Promises 6, 7, 10 and 12 together, with a short lease; with the real one, and after kills: test/system/takeover.test.ts. */
import { frozenTests } from "../support/takeover.ts";

frozenTests({ leaseMs: 1200, limit: 2, callMs: 350, rounds: 3 });
