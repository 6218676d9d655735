#!/usr/bin/env node
// Starts the program of this platform, which is in a package of its own, and behaves as it does: arguments, standard
// streams, exit code and signals are those of the program.
"use strict";

const { spawn } = require("node:child_process");
const { optionalDependencies: packages } = require("../package.json");

/** Wrong usage, or something that cannot be read; the program's own code for that. */
const REFUSED = 2;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Says what is wrong and ends. */
function refuse(what, wayOut) {
  console.error(`error: ${what}; ${wayOut}, or set DFLINT_BINARY to the path of a dflint`);
  process.exit(REFUSED);
}

/** The path of the program. */
function find() {
  if (process.env.DFLINT_BINARY) {
    return process.env.DFLINT_BINARY;
  }
  const platform = `${process.platform}-${process.arch}`;
  const name = `@dflint/cli-${platform}`;
  if (!(name in packages)) {
    refuse(`there is no dflint for ${platform} on npm`, "build it with `cargo install dfcli`");
  }
  try {
    return require.resolve(`${name}/bin/dflint${process.platform === "win32" ? ".exe" : ""}`);
  } catch {
    refuse(
      `the package ${name}, which has the program, is not installed`,
      "run `npm install` on this machine, without `--omit=optional` and without a node_modules of another platform",
    );
  }
}

const program = find();
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => refuse(`${program} cannot be started: ${error.message}`, "install it anew"));
// A terminal sends its signals to both, others to this process alone: it ends when the program has ended.
for (const signal of FORWARDED) {
  process.on(signal, () => child.kill(signal));
}
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
