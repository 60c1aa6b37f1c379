import { describeSeeds } from "./fault-share.ts";

// Two files, so that two workers take a half each.
describeSeeds(Array.from({ length: 100 }, (_, index) => 2 * index + 1));
