import { describeSeeds } from "./fault-share.ts";

describeSeeds(Array.from({ length: 100 }, (_, index) => 2 * index + 2));
