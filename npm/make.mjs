// Makes the packages for npm: `dflint`, which people install, and one for each platform, which has the program.
//
//     node npm/make.mjs OUT [PLATFORM=PROGRAM]...
//
// PLATFORM is a name of npm/platforms.json, PROGRAM what cargo built for its target. The version is that of Cargo.toml.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const platforms = JSON.parse(readFileSync(join(here, "platforms.json"), "utf8"));

/** The value of a key in a table of a Cargo.toml: the one place where it is written. */
function inCargoToml(file, table, key) {
  const section = readFileSync(join(top, file), "utf8").split(`[${table}]\n`)[1] ?? "";
  const value = section.split("\n[")[0].match(new RegExp(`^${key} = "(.*)"$`, "m"));
  if (!value) {
    throw new Error(`${file} has no ${key} in [${table}]`);
  }
  return value[1];
}

const version = inCargoToml("Cargo.toml", "workspace.package", "version");
const license = inCargoToml("Cargo.toml", "workspace.package", "license");
const description = inCargoToml("crates/dfcli/Cargo.toml", "package", "description").replace("dflint: f", "F");

function writePackage(folder, files, about) {
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const [from, to] of files) {
    copyFileSync(from, join(folder, to));
  }
  for (const text of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(join(top, text), join(folder, text));
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
}

function main([out, ...programs]) {
  if (!out) {
    throw new Error("usage: node npm/make.mjs OUT [PLATFORM=PROGRAM]...");
  }
  const names = Object.keys(platforms).map((platform) => [`@dflint/cli-${platform}`, version]);
  writePackage(join(out, "dflint"), [[join(here, "bin/dflint.js"), "bin/dflint.js"], [join(here, "README.md"), "README.md"]], {
    name: "dflint",
    version,
    description,
    license,
    keywords: ["docker", "dockerfile", "linter", "buildkit", "container"],
    bin: { dflint: "bin/dflint.js" },
    files: ["bin", "LICENSE-*"],
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(names),
  });
  for (const given of programs) {
    const [platform, program] = given.split(/=(.*)/s);
    if (!(platform in platforms) || !program) {
      throw new Error(`${given}: write PLATFORM=PROGRAM, with a platform of ${Object.keys(platforms).join(", ")}`);
    }
    const [os, cpu] = platform.split("-");
    const file = os === "win32" ? "bin/dflint.exe" : "bin/dflint";
    const folder = join(out, `cli-${platform}`);
    writePackage(folder, [[program, file]], {
      name: `@dflint/cli-${platform}`,
      version,
      description: `The program of dflint for ${platform}`,
      license,
      os: [os],
      cpu: [cpu],
      files: ["bin", "LICENSE-*"],
      // A program has to be a file.
      preferUnplugged: true,
    });
    chmodSync(join(folder, file), 0o755);
  }
}

main(process.argv.slice(2));
