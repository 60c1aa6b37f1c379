import { enableCompileCache } from "node:module";
import { join } from "node:path";

/**
 * Modules that are loaded after this are kept without their types and compiled: a command starts in half the time. Beside the
 * installed packages, where only who may change the program itself can write; where this process cannot, nothing is kept.
 */
export const keepCompiledCode = (): void => {
  enableCompileCache(join(import.meta.dirname, "../../../node_modules/.cache/orderflow/compiled"));
};
