// Writes the generated client: `node generate.mjs [--check]`, from target/idl/plimsoll.json (`make idl`) to src/generated.
// The output is committed, so that a change of the program's interface shows in review and the client builds without Rust;
// `--check` generates beside it and fails when a byte differs.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { extractPdasVisitor, rootNodeFromAnchorWithoutDefaultVisitor } from "@codama/nodes-from-anchor";
import { renderVisitor } from "@codama/renderers-js";
import {
  createFromRoot,
  deduplicateIdenticalDefinedTypesVisitor,
  getCommonInstructionAccountDefaultRules,
  setFixedAccountSizesVisitor,
  setInstructionAccountDefaultValuesVisitor,
  transformU8ArraysToBytesVisitor,
} from "codama";

const idlPath = fileURLToPath(new URL("../../target/idl/plimsoll.json", import.meta.url));
const committedFolder = fileURLToPath(new URL("src/generated", import.meta.url));

/** Generates into a folder, which it empties first. */
async function generateInto(folder) {
  if (!existsSync(idlPath)) {
    throw new Error("target/idl/plimsoll.json is missing; run `make idl` in the project's folder");
  }
  const codama = createFromRoot(rootNodeFromAnchorWithoutDefaultVisitor(JSON.parse(readFileSync(idlPath, "utf8"))));
  // Codama's defaults for Anchor, less the two that flatten an instruction's only struct: arguments keep the program's shape.
  codama.update(extractPdasVisitor());
  codama.update(deduplicateIdenticalDefinedTypesVisitor());
  codama.update(setFixedAccountSizesVisitor());
  codama.update(setInstructionAccountDefaultValuesVisitor(getCommonInstructionAccountDefaultRules()));
  codama.update(transformU8ArraysToBytesVisitor());
  await codama.accept(renderVisitor(folder, { formatCode: false, syncPackageJson: false }));
}

function filesIn(folder) {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.path, entry.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

/** Names of the files in which two folders differ. */
function differingFiles(committed, fresh) {
  const names = [...new Set([...committed.keys(), ...fresh.keys()])];
  return names.filter((name) => committed.get(name) !== fresh.get(name));
}

async function check() {
  const scratch = mkdtempSync(join(tmpdir(), "plimsoll-client-"));
  try {
    await generateInto(join(scratch, "generated"));
    const differing = differingFiles(filesIn(committedFolder), filesIn(join(scratch, "generated")));
    if (differing.length > 0) {
      throw new Error(`the client differs from what the program's IDL gives (${differing.join(", ")}); run \`npm run generate\``);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

try {
  await (process.argv.includes("--check") ? check() : generateInto(committedFolder));
} catch (error) {
  console.error(`generate.mjs: ${error.message}`);
  process.exitCode = 1;
}
