#!/usr/bin/env bash
# Packs a program for a release: NAME-VERSION-TARGET.tar.gz, with a folder of that name that has the program, the README
# and the licences. `cargo binstall` looks for that name ([package.metadata.binstall] in the manifests).
set -euo pipefail

if [[ $# -ne 3 ]]; then
    echo "usage: pack.sh PROGRAM TARGET OUT" >&2
    exit 2
fi
program=$1 target=$2 out=$3
top=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' "$top/Cargo.toml")
file=$(basename "$program")
name=${file%.exe}-$version-$target

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name" "$out"
install -m 755 "$program" "$work/$name/$file"
install -m 644 "$top/README.md" "$top/LICENSE-APACHE" "$top/LICENSE-MIT" "$work/$name/"
tar --create --gzip --owner=0 --group=0 --directory "$work" --file "$out/$name.tar.gz" "$name"
