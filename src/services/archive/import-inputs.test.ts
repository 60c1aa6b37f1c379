import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { describeOnEachEngine } from "../../../test/support/engines.ts";
import { openWorld, writeParquet } from "../../../test/support/import-world.ts";

describe("inputs that cannot be imported", () => {
  const files: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ["empty.csv", "", /empty\.csv: the file is empty; fetch it again/],
    ["packed-empty.csv.gz", gzipSync(""), /packed-empty\.csv\.gz: the file is empty/],
    [
      "torn.csv.gz",
      Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
      /torn\.csv\.gz: looks like gzip and cannot be unpacked/,
    ],
    ["page.parquet", "<!DOCTYPE html>", /page\.parquet: is not Parquet \(it begins with "<!DOCTYPE ht"\)/],
    [
      "pointer.parquet",
      "version https://git-lfs.github.com/spec/v1\noid sha256:1",
      /only a Git LFS pointer; run "git lfs pull"/,
    ],
    ["cut.parquet", "PAR1 and then nothing", /cut\.parquet: cannot be read/],
    [
      "other.csv",
      "name,age\nx,1\n",
      /other\.csv: no columns for what was traded\. Found: name, age\. Wanted: orderFilled/,
    ],
    ["timeless.csv", "side,asset,size,price\nBUY,1,1,0.5\n", /no columns for the time \(give --blocks/],
    ["list.json", "[]", /list\.json: holds no JSON objects/],
    ["broken.json", '{"a": 1', /broken\.json: cannot be read/],
  ];

  describeOnEachEngine("on", (getDb) => {
    test.each(files)("%s", async (name, content, message) => {
      const world = openWorld(getDb());
      writeFileSync(world.path(name), content);
      await expect(world.import([world.path(name)])).rejects.toThrow(message);
    });

    test("missing file, empty folder, nothing named, token ids that lost their digits", async () => {
      const world = openWorld(getDb());
      await expect(world.import([world.path("nowhere.csv")])).rejects.toThrow(/nowhere\.csv: no such file or folder/);
      await expect(world.import([world.path("")])).rejects.toThrow(/holds no \.parquet, \.csv or \.json file/);
      await expect(world.import([])).rejects.toThrow("name at least one file");
      await writeParquet(world.path("floats.parquet"), [
        { timestamp: 1_714_000_000, side: "BUY", asset: 1.5, size: 1.5, price: 0.5 },
      ]);
      await expect(world.import([world.path("floats.parquet")])).rejects.toThrow(/asset holds floating-point numbers/);
    });
  });
});
