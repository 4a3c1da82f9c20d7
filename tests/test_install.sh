#!/bin/bash
# test_install.sh - the installed copy serves a program, by pkg-config and by CMake, in a folder
# whose name has a space; and it shows nothing but its public names.
# once
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d "$LIPLAW_BUILD/install test XXXXXX")
trap 'rm -rf "$folder"' EXIT
prefix="$folder/the prefix"
fail() {
  echo "FAILED: $1"
  exit 1
}

cmake --install "$LIPLAW_BUILD" --prefix "$prefix" >"$folder/log" || fail "installing"
cmp <("$prefix/bin/liplaw" --version) <("$LIPLAW" --version) || fail "the installed command"

# By pkg-config.
pc=$(find "$prefix" -name liplaw.pc)
export PKG_CONFIG_PATH=${pc%/*}
library=${pc%/pkgconfig/liplaw.pc}
eval "flags=($(pkg-config --cflags --libs liplaw))"
"$LIPLAW_CC" -std=c11 -Wall -Werror "$here/install/hello.c" -o "$folder/hello" "${flags[@]}" ||
  fail "compiling with pkg-config's flags"
LD_LIBRARY_PATH=$library "$folder/hello" || fail "running with pkg-config's flags"
[ "$(pkg-config --modversion liplaw)" = "$("$LIPLAW" --version | cut -d' ' -f2)" ] ||
  fail "pkg-config tells another version than the command"

# By CMake; the program finds the library by itself.
cmake -S "$here/install" -B "$folder/build" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_C_COMPILER="$LIPLAW_CC" >"$folder/log" || { cat "$folder/log"; fail "find_package"; }
cmake --build "$folder/build" >"$folder/log" || { cat "$folder/log"; fail "building with CMake"; }
"$folder/build/hello" || fail "running what CMake built"

# A version that promises another interface is refused.
mkdir "$folder/other"
sed 's/liplaw 0.1 REQUIRED/liplaw 9.0 REQUIRED/' "$here/install/CMakeLists.txt" \
  >"$folder/other/CMakeLists.txt"
cmake -S "$folder/other" -B "$folder/other/build" -DCMAKE_PREFIX_PATH="$prefix" \
  >"$folder/log" 2>&1 && fail "version 9.0 was found"

# What it shows: every function that a header declares, and no other name.
nm -D --defined-only "$library/libliplaw.so" | awk '{print $3}' | sort >"$folder/shown"
grep -hozP 'LIP_PUBLIC[^;{]*?\blip_\w+(?=\()' "$prefix"/include/liplaw/*.h | tr '\0' '\n' |
  grep -oP '\blip_\w+$' | sort -u >"$folder/declared"
[ -s "$folder/declared" ] || fail "no declarations found"
diff "$folder/declared" "$folder/shown" || fail "declared (<) and shown (>) differ"
readelf -d "$library/libliplaw.so" | grep -q 'soname: \[libliplaw\.so\.[0-9]*\]' || fail "no soname"

# Nothing of the build machine is written into the package's files.
grep -rlF "$LIPLAW_SOURCE" "$prefix/include" "$library/pkgconfig" "$library/cmake" &&
  fail "a file names the source folder"
exit 0
