# command_test.sh - what the tests of commands share, sourced at their top: an empty folder to work
# in, whose name has a space and which is removed at the end, and a count of what failed.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d "$LIPLAW_BUILD/$(basename "$0" .sh) XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# The last line of a test.
finish() {
  [ $failures = 0 ] || { echo "$failures failures"; exit 1; }
}

# holds EXPRESSION: Python, of the JSON object `a` in the file out.
holds() {
  python3 -c "import json, math; a = json.load(open('out')); raise SystemExit(not ($1))" ||
    fail "not so: $1 in $(cat out)"
}
