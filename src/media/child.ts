/** The media child's entry: one job at a time, each with the function that does it (studio.ts asks). */
import { AV_LOG_ERROR } from "node-av/constants";
import { Log } from "node-av/lib";

import { serveJobs } from "../children/serve.ts";
import { inspect } from "./inspect.ts";
import { master, measure } from "./master.ts";
import { recount } from "./recount.ts";
import { stitch } from "./stitch.ts";
import type { StudioJob, StudioResult } from "./studio.ts";

Log.setLevel(AV_LOG_ERROR); // to stderr, which the pool quotes where a child died

serveJobs<StudioJob, StudioResult>(({ kind, job }: StudioJob) => {
  switch (kind) {
    case "inspect":
      return inspect(job);
    case "master":
      return master(job);
    case "measure":
      return measure(job);
    case "stitch":
      return stitch(job);
    case "recount":
      return recount(job);
  }
});
