#!/bin/bash
# test_documents.sh - what the documents name exists: linked files, files named as code, tags of the
# theory that comments point to.
# once
set -euo pipefail

cd "$LIPLAW_SOURCE"
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

documents=(README.md CHANGELOG.md docs/*.md)
for document in "${documents[@]}"; do
  while read -r link; do
    case $link in
    http*) ;;
    *) [ -e "$(dirname "$document")/${link%%#*}" ] || fail "$document links to $link" ;;
    esac
  done < <(grep -oP '\]\(\K[^)#]+' "$document")
  while read -r path; do
    [ -e "${path%/}" ] || fail "$document names $path"
  done < <(grep -oP '`\K(include|src|tests|docs|plans|bench|cmake|scripts|results|\.ci)/[^` *]*(?=`)' \
    "$document")
done

# Comments say "theory.md B9": a heading of docs/theory.md has that tag.
while read -r tag; do
  grep -qE "^#+ .*\(([^)]*, )?$tag(,[^)]*)?\)" docs/theory.md || fail "no section $tag in theory.md"
done < <(grep -rhoP 'theory\.md \K([BU][0-9]+|2\.[0-9])' src include tests bench 2>/dev/null | sort -u)

# The map names every room.
for room in src/*/ tests/ docs/ plans/; do
  grep -q "($room\|(${room%/})" README.md || fail "the map in README.md leaves out $room"
done

first=$(head -1 README.md)
[[ $first == *'apt install git make'* ]] || fail "README.md does not begin with what it needs"
[ $failures = 0 ] || exit 1
