# test_command_reproduce.sh - liplaw reproduce: what it refuses; stopped, it can be called again.
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# usage TEXT ARGUMENT...: exit 2 and one line with the text
usage() {
  local status=0 text=$1
  shift
  "$LIPLAW" reproduce "$@" >out 2>err || status=$?
  [ $status = 2 ] || fail "'$*' exits with $status"
  grep -qF -- "$text" err || fail "'$*': $(cat err)"
}
usage "none of exp1, exp2, all, isoperimetry, lemmas, counterexample, generalisation" exp9 -o page
usage "-o is missing" exp1
usage "--scale" exp1 --scale huge -o page
[ ! -e page ] || fail "a refused call makes a folder"
status=0
PATH=/nowhere "$LIPLAW" reproduce exp1 -o page >out 2>err || status=$?
[ $status = 1 ] && grep -qF "gnuplot-nox" err || fail "without gnuplot: $status, $(cat err)"
[ ! -e page/store.sqlite ] || fail "without gnuplot it trains"

# --- stopped after the first networks: 75, no page, and the store keeps them
"$LIPLAW" reproduce exp1 --scale quick -o page --json >out 2>err &
child=$!
for _ in $(seq 100); do
  [ -s page/store.sqlite ] && break
  sleep 0.1
done
sleep 1
kill -TERM $child
status=0
wait $child || status=$?
[ $status = 75 ] || fail "stopped, it exits with $status: $(cat err)"
grep -q '"status": "interrupted"' out || fail "stopped, it answers: $(cat out)"
grep -q '"scale": "quick"' out || fail "stopped, it forgets its scale: $(cat out)"
[ -e page/store.sqlite ] || fail "stopped, it leaves no store"
[ ! -e page/index.html ] || fail "stopped, it leaves a page"
"$LIPLAW" report page/store.sqlite -o so-far >out 2>err
[ $? = 0 ] || grep -qF "holds no runs" err || fail "the store so far cannot be reported: $(cat err)"

finish
