// Deploys a group from a parameter file, and changes it as the file changes.
//
// By itself:   npx tsx migrations/deploy.ts --url URL --keypair FILE --params FILE.toml [--creator ADDRESS] [--priority-micro-lamports N] [--dry-run] [--json]
// By Anchor:   PLIMSOLL_PARAMS=migrations/params/devnet.toml anchor migrate
//
// --dry-run prints the difference and sends nothing. --json prints the addresses as one JSON object on standard output; the lines for people then go to
// standard error. Exit status: 0 done, 1 refused (the message says what to do), 2 usage.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { address, createKeyPairSignerFromBytes, type KeyPairSigner } from "@solana/kit";

import { deploy, type DeployResult } from "./src/deployment";
import { DeployError } from "./src/parameters";

const USAGE =
  "usage: tsx migrations/deploy.ts --url URL --keypair FILE --params FILE.toml [--creator ADDRESS] [--priority-micro-lamports N] [--dry-run] [--json]";

/** What this file uses of the provider that `anchor migrate` passes. */
type AnchorProvider = { connection: { rpcEndpoint: string }; wallet: { payer: { secretKey: Uint8Array } } };

class UsageError extends Error {}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: "string" },
        keypair: { type: "string" },
        params: { type: "string" },
        creator: { type: "string" },
        "priority-micro-lamports": { type: "string" },
        "dry-run": { type: "boolean" },
        json: { type: "boolean" },
      },
    });
    const { url, keypair, params, creator } = values;
    if (!url || !keypair || !params) throw new UsageError("--url, --keypair and --params are needed");
    return {
      url,
      keypair,
      params,
      creator: creator ? address(creator) : undefined,
      dryRun: values["dry-run"] ?? false,
      json: values.json ?? false,
      priorityMicroLamports: BigInt(values["priority-micro-lamports"] ?? "0"),
    };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

async function readKeypair(path: string): Promise<KeyPairSigner> {
  try {
    return await createKeyPairSignerFromBytes(new Uint8Array(JSON.parse(readFileSync(path, "utf8"))));
  } catch (error) {
    throw new DeployError(`${path} holds no keypair (${(error as Error).message}); make one with solana-keygen`);
  }
}

function printAddresses(result: DeployResult): void {
  console.log(`group ${result.group}\nbook  ${result.book}`);
  for (const { index, symbol, mint, vault } of result.reserves) console.log(`reserve ${index} ${symbol}: mint ${mint}, vault ${vault}`);
  for (const { index, symbol } of result.perp_markets) console.log(`perp market ${index} ${symbol}`);
}

async function main(): Promise<void> {
  const given = readArguments();
  const result = await deploy({
    url: given.url,
    signer: await readKeypair(given.keypair),
    paramsPath: given.params,
    creator: given.creator,
    dryRun: given.dryRun,
    priorityMicroLamports: given.priorityMicroLamports,
    report: given.json ? console.error : console.log,
  });
  if (given.json) console.log(JSON.stringify(result));
  else printAddresses(result);
}

module.exports = async function migrate(provider: AnchorProvider): Promise<void> {
  const paramsPath = process.env["PLIMSOLL_PARAMS"];
  if (!paramsPath) throw new DeployError("name the parameter file in PLIMSOLL_PARAMS, for example migrations/params/devnet.toml");
  const result = await deploy({
    url: provider.connection.rpcEndpoint,
    signer: await createKeyPairSignerFromBytes(provider.wallet.payer.secretKey),
    paramsPath,
    dryRun: false,
    priorityMicroLamports: 0n,
    report: console.log,
  });
  printAddresses(result);
};

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error instanceof DeployError || error instanceof UsageError ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}
