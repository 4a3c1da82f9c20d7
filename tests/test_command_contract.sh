#!/bin/bash
# test_command_contract.sh - what holds for every command: exit statuses, one line per error, one
# JSON object whatever happens, nothing on standard output but the answer, no partial file.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# call STATUS ARGUMENT...: runs the command; its streams stand in out and err.
call() {
  local expected=$1 status=0
  shift
  "$LIPLAW" "$@" >out 2>err </dev/null || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected: $(cat err)"
}

# is_json STATUS KEY...: out is exactly one JSON object with this status and these keys.
is_json() {
  python3 - "$@" <<'PYTHON' || fail "not the JSON expected ($*): $(cat out)"
import json, sys
def refuse(word): sys.exit("a number is " + word)
def once(pairs):
    keys = [key for key, value in pairs]
    if len(set(keys)) < len(keys): sys.exit("a key stands twice")
    return dict(pairs)
answer = json.loads(open("out", "rb").read().decode(), parse_constant=refuse, object_pairs_hook=once)
if not isinstance(answer, dict): sys.exit("no object")
if list(answer)[0] != "status" or answer["status"] != sys.argv[1]: sys.exit("its status")
for key in sys.argv[2:]:
    if key not in answer: sys.exit("no " + key)
if answer["status"] == "failed" and not answer["error"]: sys.exit("no error")
PYTHON
}

# is_error TEXT...: err is one line that holds these texts; nothing went to standard output.
is_error() {
  local text
  [ "$(wc -l <err)" = 1 ] || fail "not one line: $(cat err)"
  for text in "$@"; do
    grep -qF -- "$text" err || fail "'$text' is not named: $(cat err)"
  done
  [ ! -s out ] || fail "standard output holds: $(cat out)"
}

mapfile -t commands < <("$LIPLAW" --help | sed -n 's/^  liplaw \([a-z]*\) .*/\1/p')
[ ${#commands[@]} -gt 0 ] || fail "no commands listed"

call 0 --version
[ "$(wc -l <out)" = 1 ] || fail "--version tells more than a line"
call 2
[ ! -s out ] || fail "without a command, something is on standard output"
call 2 sampel
is_error "did you mean 'sample'?"
call 2 sampel --json
is_json failed

for command in "${commands[@]}"; do
  call 0 "$command" --help
  [ ! -s err ] || fail "$command --help speaks on standard error"
  head -1 out | grep -q "^usage: liplaw $command " || fail "$command --help: $(head -1 out)"
  cp out help

  call 2 "$command" --no-such-option
  is_error "--no-such-option" "liplaw $command --help"
  call 2 "$command" --no-such-option --json
  is_json failed
  call 2 "$command" a b c d e f
  is_error "liplaw $command"

  # Every option: a value is asked for, and a bad one refused.
  unset seen
  while read -r option kind; do
    case $kind in
    N | NUMBER | NAME)
      # One value that every kind refuses, and for a command's first option a few more.
      for value in nan ${seen--nan x 1e999}; do
        call 2 "$command" "$option" "$value"
        is_error "$option" "'$value'"
      done
      seen=
      ;;
    esac
    if [ -n "$kind" ]; then
      call 2 "$command" "$option"
      is_error "$option needs a value"
    fi
  done < <(sed -nE 's/^  (-., )?(--[a-z0-9-]+)( (N|NUMBER|NAME|TEXT))? .*/\2 \4/p' help)
done

# The ways of writing an option.
same() {
  call 0 "$@" -o same.npz
  cmp -s plain.npz same.npz || fail "'$*' is not the same as 'gaussian --n 9 --d 4 --seed 10000'"
}
call 0 sample gaussian --n 9 --d 4 --seed 10000 -o plain.npz
same sample gaussian --n=9 --d=4 --seed=10000
same sample -n 9 -d4 --seed 1e4 gaussian
call 0 sample --n 8 --n 9 --d 0.4e1 --seed 10000 -o same.npz -- gaussian
cmp plain.npz same.npz || fail 'the last of two values does not count'
same sample --labels random gaussian --json --n 9 --d 4 --seed 10000
same sample gaussian --no-json --n 9 --d 4 --seed 10000
call 2 sample gaussian --no-n 9 --d 4 -o same.npz
is_error "--no-n"
call 2 sample gaussian --n 9 -o same.npz
is_error "--d is missing"
call 2 sample gaussian --n 9 --d 4 -o ''
is_error "-o ''"
call 2 sample gaussian --lables random
is_error "did you mean --labels?"
call 2 sample --n 9 --d 4 -o same.npz -- --help
is_error "KIND: '--help'"

call 2 lstar ''
is_error "an argument is empty"

# Names that are no UTF-8 or hold a line break still make one line, and one object.
call 1 sample gaussian --n 9 --d 4 -o $'none/\xff\n.npz'
is_error "No such file or directory"
call 1 sample gaussian --n 9 --d 4 -o $'none/\xff\n.npz' --json
is_json failed error
call 0 sample gaussian --n 9 --d 4 -o $'\xff.npz' --json
is_json ok n d

# The keys that other programs depend on.
call 0 sample gaussian --n 40 --d 5 --seed 3 -o points.npz --json
is_json ok kind n d seed noise_level isoperimetry_c
call 0 train points.npz -k 40 -o net.onnx --json
is_json ok n d k parameters steps loss accuracy fitted seconds
call 0 train points.npz -k 2 --steps 3 -o unfitted.onnx --json
is_json ok fitted
grep -q '"fitted": false' out || fail "fitted after three steps: $(cat out)"
[ -s unfitted.onnx ] || fail "a network that does not fit is not written"
call 0 evaluate net.onnx points.npz -o y.npz --json
is_json ok n inputs outputs
call 0 lstar points.npz --json
is_json ok l_star pairs
call 0 measure net.onnx --json
is_json ok lower upper ratio exact stopped norm domain lower_method upper_method proxy_random \
  seconds layers parameters
call 0 measure net.onnx --certificate certificate.npz
call 0 check net.onnx certificate.npz --json
is_json ok valid lower upper seconds
call 1 check unfitted.onnx certificate.npz --json
is_json refuted valid lower upper seconds reason
printf 'n = 20\nd = 4\nk = 20\nseed = 1, 2\n' >two.plan
call 0 sweep two.plan -o two.sqlite --json
is_json ok runs done failed kept seconds
call 0 report two.sqlite -o page --json
is_json ok files
[ -s page/index.html ] || fail "report wrote no page"
call 2 reproduce exp3 -o page
is_error "exp3"

# Standard output that cannot be written.
if [ -c /dev/full ]; then
  for arguments in --help --version "sample --help" "sample gaussian --n 3 --d 2 -o full.npz" \
    "sample gaussian --n 3 --d 2 -o full.npz --json"; do
    status=0
    # shellcheck disable=SC2086
    "$LIPLAW" $arguments >/dev/full 2>err || status=$?
    [ $status = 1 ] || fail "'$arguments' on a full disk exits with $status"
    grep -q "No space left" err || fail "'$arguments' on a full disk: $(cat err)"
  done
fi
status=0
"$LIPLAW" sample gaussian --n 3 --d 2 -o closed.npz >&- 2>err || status=$?
[ $status = 1 ] && [ "$(wc -l <err)" = 1 ] || fail "closed standard output: $status, $(cat err)"
head -c 2 closed.npz | grep -q PK || fail "the answer went into the file"
{ "$LIPLAW" sample gaussian --n 3 --d 2 -o a.npz 2>err || echo $? >status; } | true
[ ! -s err ] || fail "a reader that went away is complained about: $(cat err)"

# Bad and missing input: status 1, one line that names the file; no file is left behind.
rm -rf ./*.npz ./*.onnx ./two.* page
printf 'this is no data set\nat all' >text
head -c 100 /dev/urandom >noise
"$LIPLAW" sample gaussian --n 20 --d 3 -o data.npz >/dev/null
"$LIPLAW" train data.npz -k 9 -o net.onnx >/dev/null
head -c 300 data.npz >cut.npz
mkdir subfolder
ls -A >before
has() {
  [[ " ${commands[*]} " == *" $1 "* ]]
}
refuses() { # FILE ARGUMENT...
  local file=$1
  shift
  has "$1" || return 0
  call 1 "$@"
  is_error "$file"
  call 1 "$@" --json
  is_json failed
  rm -f out err help
}
refuses no/such/folder sample gaussian --n 3 --d 2 -o no/such/folder/x.npz
refuses no/such/folder train data.npz -k 2 -o no/such/folder/x.onnx
refuses no/such/folder evaluate net.onnx data.npz -o no/such/folder/y.npz
refuses subfolder sample gaussian --n 3 --d 2 -o subfolder
for file in missing text noise cut.npz subfolder; do
  refuses $file train $file -k 5 -o net.onnx
  refuses $file evaluate $file data.npz -o y.npz
  refuses $file evaluate net.onnx $file -o y.npz
  refuses $file measure net.onnx --data $file
  refuses $file measure $file
  refuses $file check $file net.onnx
  refuses $file check net.onnx $file
  refuses $file lstar $file
  refuses $file sweep $file -o store.sqlite
  refuses $file report $file -o page
done
rm -f out err help status
ls -A >after 2>/dev/null
diff <(grep -vx 'out\|err\|help\|status\|before\|after' before) \
  <(grep -vx 'out\|err\|help\|status\|before\|after' after) || fail "files were left behind"

finish
