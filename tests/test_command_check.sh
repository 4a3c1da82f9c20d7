#!/bin/bash
# test_command_check.sh - liplaw check from the outside: answers, refutations, damaged files; and the
# same from a program that has no trainer and no solver in it.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# Both programs, each as text and as JSON: the same exit status, and the JSON in the file out.
check() { # STATUS ARGUMENT...
  local expected=$1 status program
  shift
  for program in "$LIPLAW check" "$LIPLAW_CHECKER"; do
    status=0
    # shellcheck disable=SC2086
    (IFS=$'\n'; ${program/ check/$'\n'check} "$@") >text 2>err || status=$?
    [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat text err)"
    status=0
    (IFS=$'\n'; ${program/ check/$'\n'check} "$@" --json) >out 2>err || status=$?
    [ $status = "$expected" ] || fail "'$*' --json exits with $status: $(cat out err)"
  done
}

# valid NET CERTIFICATE
valid() {
  check 0 "$@"
  head -1 text | grep -q '^valid: ' || fail "$*: $(cat text)"
  [ ! -s err ] || fail "$* says $(cat err)"
  holds "a['status'] == 'ok' and a['valid'] is True and a['reason'] is None"
  holds "0 <= a['lower'] <= a['upper'] and a['seconds'] >= 0 and len(a['network']) == 64"
}

# refuted REASON NET CERTIFICATE
refuted() {
  local reason=$1
  shift
  check 1 "$@"
  grep -q "^refuted: .*$reason" text || fail "'$*' does not say '$reason': $(cat text)"
  [ ! -s err ] || fail "$* says $(cat err)"
  holds "a['status'] == 'refuted' and a['valid'] is False and '''$reason''' in a['reason']"
}

# damaged FILE NET CERTIFICATE: status 1, one line that names the file
damaged() {
  local file=$1
  shift
  check 1 "$@"
  [ ! -s text ] || fail "'$*' answers $(cat text)"
  [ "$(wc -l <err)" = 1 ] && grep -qF "$file" err || fail "'$*' says: $(cat err)"
  holds "a['status'] == 'failed' and '''$file''' in a['error']"
}

"$LIPLAW" sample gaussian --n 40 --d 8 --seed 5 -o points.npz >/dev/null
"$LIPLAW" train points.npz -k 12 --steps 50 -o net.onnx >/dev/null
"$LIPLAW" train points.npz -k 12 --steps 51 -o other.onnx >/dev/null

# Whatever measure certifies is valid; the words are those of the request.
while read -r arguments words; do
  # shellcheck disable=SC2086
  "$LIPLAW" measure net.onnx ${arguments//;/ } --certificate c.npz --json >measured
  valid net.onnx c.npz
  holds "a == a | {$words}"
  holds "all(a[k] == json.load(open('measured'))[k] for k in ('lower', 'upper', 'norm'))"
done <<'END'
--norm;2 'domain': 'space', 'norm': '2', 'output': 'all'
--domain;ball:2 'domain': 'ball:2'
--domain;sphere:0.5;--output;0 'domain': 'sphere:0.5', 'output': '0'
--domain;box:-1,0.5;--norm;inf 'domain': 'box:-1,0.5', 'norm': 'inf'
--domain;data:points.npz,0.25;--norm;1 'domain': 'data:40 points,0.25', 'norm': '1'
END

# Another network, another file, another order, a damaged file.
"$LIPLAW" measure net.onnx --certificate good.npz >/dev/null
refuted 'the certificate is for another network' other.onnx good.npz
damaged good. good.npz net.onnx
damaged points.npz net.onnx points.npz
damaged missing.npz net.onnx missing.npz
head -c -1 good.npz >cut.npz
damaged cut.npz net.onnx cut.npz
python3 - <<'PYTHON'
good = open("good.npz", "rb").read()
for i, place in enumerate((20, 700, len(good) // 2, len(good) - 10)):
    open("changed%d.npz" % i, "wb").write(good[:place] + bytes([good[place] ^ 64]) + good[place + 1:])
PYTHON
for file in changed?.npz; do damaged "$file" net.onnx "$file"; done

# Files that are no certificates, or none any more: the line says what they are.
says() { # WORDS FILE
  damaged "$2" net.onnx "$2"
  grep -qF "$1" err || fail "of $2 '$1' is not said: $(cat err)"
}
python3 - <<'PYTHON'
import zipfile
with zipfile.ZipFile("good.npz") as good:
    for name, method in ("again.npz", zipfile.ZIP_STORED), ("packed.npz", zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(name, "w", method) as out:
            for member in good.namelist():
                out.writestr(member, good.read(member))
PYTHON
echo 'no certificate' >text.npz
says 'saved again by another program?' again.npz
says 'saved again by another program?' packed.npz
says 'cut short' cut.npz
says 'is not a certificate' text.npz
says 'is not a certificate' net.onnx
says 'but not a certificate' points.npz

# False claims in files that are whole: the numbers are changed, and the check sums with them.
cat >change.py <<'PYTHON'
"""change.py FROM TO NAME EXPRESSION: the array NAME of the certificate becomes EXPRESSION of its
values v, a list of doubles; nothing else changes but the check sum."""
import struct, sys, zlib
from math import inf, nan
data = bytearray(open(sys.argv[1], "rb").read())
name = (sys.argv[3] + ".npy").encode()
at = data.find(name) # the local header
start = at - 30
size, = struct.unpack("<I", data[start + 22:start + 26])
body = at + len(name)
header = 10 + struct.unpack("<H", data[body + 8:body + 10])[0]
count = (size - header) // 8
v = list(struct.unpack("<%dd" % count, data[body + header:body + size]))
v = eval(sys.argv[4])
data[body + header:body + size] = struct.pack("<%dd" % count, *v)
crc = struct.pack("<I", zlib.crc32(bytes(data[body:body + size])))
data[start + 14:start + 18] = crc
entry = data.rfind(name) - 46 # the directory
data[entry + 16:entry + 20] = crc
open(sys.argv[2], "wb").write(data)
PYTHON
change() {
  python3 change.py good.npz false.npz "$@"
}
change upper 'v'
cmp good.npz false.npz || fail "change.py changes what it should not"
change upper '[2 * v[0]]' # weaker, and true
valid net.onnx false.npz
change upper '[v[0] / 2]'
refuted 'the upper end' net.onnx false.npz
change lower '[v[0] * (1 + 1e-14)]'
refuted 'is not attained' net.onnx false.npz
change lower '[v[0] * 1e9]'
refuted 'is above the upper end' net.onnx false.npz
change x '[-1e3 * t for t in v]'
refuted 'is not attained' net.onnx false.npz
change direction '[0 for t in v]'
refuted 'all its coordinates are 0' net.onnx false.npz
for array in lower upper x direction; do
  for value in nan inf -inf; do
    change $array "[$value] + v[1:]"
    damaged "false.npz: $array" net.onnx false.npz
  done
done
change lower '[-1]'
damaged 'not negative' net.onnx false.npz

finish
