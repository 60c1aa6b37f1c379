import { setFlagsFromString } from "node:v8";

/**
 * Keeps the heap's young generation at the size it has at the start. A process whose work comes in steps of thousands of
 * rows otherwise holds 60 to 90 MB more, and takes as much time (measured with the reputation service).
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
