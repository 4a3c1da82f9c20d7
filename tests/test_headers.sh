#!/bin/bash
# test_headers.sh - every public header compiles alone, as strict C11 and as C++.
# once
set -euo pipefail

status=0
for header in "$LIPLAW_SOURCE"/include/liplaw/*.h; do
  name=liplaw/$(basename "$header")
  echo "#include <$name>" | "$LIPLAW_CC" -std=c11 -pedantic-errors -Wall -Wextra -Werror \
    -I"$LIPLAW_SOURCE/include" -x c -fsyntax-only - || { echo "$name: not C11"; status=1; }
  if command -v g++ >/dev/null; then
    echo "#include <$name>" | g++ -std=c++11 -pedantic-errors -Wall -Wextra -Werror \
      -I"$LIPLAW_SOURCE/include" -x c++ -fsyntax-only - || { echo "$name: not C++"; status=1; }
  fi
  grep -q "<$name>\|^\/\* $name" "$LIPLAW_SOURCE/include/liplaw/liplaw.h" ||
    { echo "$name: liplaw.h leaves it out"; status=1; }
done
exit $status
