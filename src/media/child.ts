/** The media child's entry: one job at a time, each with the function that does it (studio.ts asks). */
import { AV_LOG_ERROR } from "node-av/constants";
import { Log } from "node-av/lib";

import { serveJobs } from "../children/serve.ts";
import { inspect } from "./inspect.ts";
import type { Inspected } from "./inspect.ts";
import { master, measure } from "./master.ts";
import type { Mastered, Measured } from "./master.ts";
import { stitch } from "./stitch.ts";
import type { Stitched } from "./stitch.ts";
import type { StudioJob } from "./studio.ts";

Log.setLevel(AV_LOG_ERROR); // to stderr, which the pool quotes where a child died

serveJobs<StudioJob, Inspected[] | Mastered | Measured | Stitched>(({ kind, job }: StudioJob) => {
  switch (kind) {
    case "inspect":
      return inspect(job);
    case "master":
      return master(job);
    case "measure":
      return measure(job);
    case "stitch":
      return stitch(job);
  }
});
