#!/bin/bash
# test_readme.sh - the examples in the README run as they stand there, in an empty folder.
# once
set -euo pipefail

folder=$(mktemp -d "$LIPLAW_BUILD/readme XXXXXX")
trap 'rm -rf "$folder"' EXIT
sed -n '/^<!-- examples/,/^```$/p' "$LIPLAW_SOURCE/README.md" | grep -v '^<!--\|^```' >"$folder/script"
[ "$(grep -c '^liplaw ' "$folder/script")" -ge 7 ] || { echo "FAILED: no examples found"; exit 1; }

# Every command but reproduce, which has a test of its own, stands among them.
for command in $("$LIPLAW" --help | sed -n 's/^  liplaw \([a-z]*\) .*/\1/p'); do
  grep -q "^ *liplaw $command " "$LIPLAW_SOURCE/README.md" ||
    { echo "FAILED: the README has no example of $command"; exit 1; }
done

mkdir "$folder/bin" "$folder/work"
ln -s "$LIPLAW" "$folder/bin/liplaw"
cd "$folder/work"
PATH=$folder/bin:$PATH bash -euxo pipefail "$folder/script" </dev/null

for file in points.npz net.onnx values.npz certificate.npz widths.sqlite widths/index.html audit/index.html \
  answers/index.html answers/figures/certified-accuracy.svg; do
  [ -s "$file" ] || { echo "FAILED: $file was not written"; exit 1; }
done
