import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildWeb, isBuilt } from "../../web/build.ts";

const dist = join(import.meta.dirname, "../../web/dist");

beforeAll(async () => {
  if (!isBuilt()) await buildWeb();
}, 60_000);

test("all scripts together weigh at most 250 kB, packed", () => {
  const scripts = globSync("**/*.js", { cwd: dist });
  const weight = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);
  expect(scripts.length).toBeGreaterThan(1);
  expect(weight).toBeLessThan(250_000);
});

test("nothing is asked of another server, and nothing stands in the page that its policy would refuse", () => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  for (const file of globSync("**/*.css", { cwd: dist })) {
    expect(readFileSync(join(dist, file), "utf8"), file).not.toMatch(/url\(["']?(https?:|data:|\/\/)/);
  }
});
