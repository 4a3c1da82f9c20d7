# test_command_sweep.sh - liplaw sweep from the outside: stopped in every way, it ends as if it had not been.
python=/usr/bin/python3
$python -c 'import sqlite3' 2>/dev/null || { echo "skipped: python3 with sqlite3 is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

cat > small.plan <<'PLAN'
# 18 networks, of a few hundredths of a second each
n = 60, 100
d = 20
k = 10*n/d, n
seed = 0..2
random-points = 50
starts = 1
[blue]
eps = 0.1
where = k*d >= 2*n
[red]
eps = 0.1, 0.3
where = k < n
PLAN

# Every column but times and machine, rows by key, bit for bit; fails on a damaged file.
cat > dump.py <<'PYTHON'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
assert store.execute("pragma integrity_check").fetchone()[0] == "ok"
names = [c[1] for c in store.execute("pragma table_info(runs)")]
varying = store.execute("select value from meta where name = 'times and machine'").fetchone()[0].split(", ")
assert set(varying) == {"seconds_train", "seconds_measure", "seconds", "finished", "machine", "version", "kernel",
                        "blas_kernel"}, varying
columns = ", ".join('"%s"' % n for n in names if n not in varying)
for row in store.execute("select " + columns + " from runs order by key"):
    print([x.hex() if isinstance(x, float) else x for x in row])
for table in "cells", "plan":
    for row in store.execute("select * from " + table + " order by 1, 2"):
        print(row)
PYTHON
dump() { $python dump.py "$1"; }
json() { $python -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
same() { dump "$1" > one.txt && dump "$2" > two.txt && cmp -s one.txt two.txt; }
sweep() { timeout 300 "$LIPLAW" sweep "$@"; } # a sweep that hangs is a failure, too

# --- one uninterrupted run, on one worker
sweep small.plan --workers 1 -o whole.db --json > whole.json || fail "a plain sweep: $?"
runs=$(json runs < whole.json)
[ "$(json status < whole.json)" = ok ] || fail "status"
[ "$(json done < whole.json)" = "$runs" ] || fail "done is not runs"
[ "$(json failed < whole.json)" = 0 ] || fail "some failed"
[ "$(dump whole.db | grep -c "^\['kind=")" = "$runs" ] || fail "the store does not hold $runs rows"
[ "$runs" = 18 ] || fail "$runs networks" # blue: 2 n, 2 k, 3 seeds = 12; red: eps 0.3 adds 6
[ "$(json skipped < whole.json)" = 12 ] || fail "skipped $(json skipped < whole.json)"

# --- any number of workers
sweep small.plan --workers 2 -o two.db > /dev/null || fail "two workers"
same whole.db two.db || fail "two workers give another store than one"
sweep small.plan --workers 5 -o five.db > /dev/null || fail "five workers"
same whole.db five.db || fail "five workers give another store than one"
sweep small.plan --workers 3 --memory 0 -o tight.db > /dev/null || fail "no memory"
same whole.db tight.db || fail "one at a time for memory gives another store"

# --- a finished store is left as it is
cp two.db before.db
sweep small.plan -o two.db --json > again.json || fail "a finished store"
[ "$(json done < again.json)" = "$runs" ] || fail "a finished store: done"
cmp -s before.db two.db || fail "a finished store was written to"

# --- kill -9 at any moment
kills=0
for attempt in $(seq 25); do
  "$LIPLAW" sweep small.plan -o killed.db > /dev/null &
  pid=$!
  sleep "0.0$((RANDOM % 90 + 10))"
  kill -9 $pid 2> /dev/null && kills=$((kills + 1))
  wait $pid 2> /dev/null && break
  [ $attempt -lt 25 ] || { sweep small.plan -o killed.db > /dev/null; break; }
done
[ $kills -gt 0 ] || fail "nothing was killed"
same whole.db killed.db || fail "after $kills kills the store differs"

# --- SIGINT and SIGTERM: 75, and what is there stays
cat > slow.plan <<'PLAN'
n = 400
d = 40
k = 400, 300
eps = 0
steps = 150
seed = 0..3
random-points = 10
starts = 0
PLAN
sweep slow.plan -o slow-whole.db > /dev/null || fail "the slow plan"
for signal in INT TERM; do
  rm -f slow.db
  "$LIPLAW" sweep slow.plan -o slow.db --json > slow.json 2> slow.txt &
  pid=$!
  for wait in $(seq 100); do # until a row is there
    [ "$($python -c 'import sqlite3; print(sqlite3.connect("file:slow.db?mode=ro", uri=True, timeout=10).execute("select count(*) from runs").fetchone()[0])' 2> /dev/null)" -gt 0 ] 2> /dev/null && break
    sleep 0.05
  done
  kill -$signal $pid
  wait $pid
  code=$?
  [ $code = 75 ] || fail "SIG$signal: exit $code"
  [ "$(json status < slow.json)" = interrupted ] || fail "SIG$signal: status"
  [ "$(json done < slow.json)" -lt 8 ] || fail "SIG$signal: nothing was left to do"
  [ "$(wc -l < slow.txt)" = 1 ] || fail "SIG$signal: $(cat slow.txt)"
  sweep slow.plan -o slow.db > /dev/null || fail "SIG$signal: the next call"
  same slow-whole.db slow.db || fail "SIG$signal: the store differs"
done
[ "$(dump slow.db | grep -c "'unfitted'")" = 8 ] || fail "eps = 0 was fitted"

# --- two at once: the second is refused, the first goes on
rm -f slow.db
"$LIPLAW" sweep slow.plan -o slow.db > /dev/null &
pid=$!
for wait in $(seq 1000); do [ -s slow.db ] && break; sleep 0.01; done
sweep slow.plan -o slow.db 2> second.txt && fail "a second sweep was let in"
grep -q "slow.db: another sweep is filling it" second.txt || fail "second: $(cat second.txt)"
[ "$(wc -l < second.txt)" = 1 ] || fail "second: more than a line"
wait $pid || fail "the first of two sweeps"
same slow-whole.db slow.db || fail "two at once: the store differs"

# --- a full disk: one line, exit 1, and the next call continues
full() { # as after a run that could not write any more
  [ $1 = 1 ] || fail "full disk ($2): exit $1"
  [ "$(wc -l < full.txt)" = 1 ] || fail "full disk ($2): $(cat full.txt)"
  grep -q "full.db: " full.txt || fail "full disk ($2): $(cat full.txt)"
}
most=$(($(stat -c %s whole.db) / 1024 - 8)) # too little for the last rows
for limit in 0 8 40 $most; do
  rm -f full.db*
  # standard error goes through a pipe: the limit would hold for a file of its own, too
  (ulimit -f $limit; sweep small.plan -o full.db 2>&1 > /dev/null) | cat > full.txt
  full ${PIPESTATUS[0]} "$limit kB"
  [ $limit = $most ] && { dump full.db | grep -q "^\['kind=" || fail "full disk: what was there is lost"; }
  sweep small.plan -o full.db > /dev/null || fail "full disk ($limit kB): the next call"
  same whole.db full.db || fail "full disk ($limit kB): the store differs"
done
mkdir disk
if mount -t tmpfs -o size=$((most + 12))k tmpfs disk 2> /dev/null; then
  sweep small.plan -o disk/full.db > /dev/null 2> full.txt
  full $? tmpfs
  mount -o remount,size=10m disk
  sweep small.plan -o disk/full.db > /dev/null || fail "full disk (tmpfs): the next call"
  same whole.db disk/full.db || fail "full disk (tmpfs): the store differs"
  umount disk
fi

# --- what is no store is refused and left alone
refused() {
  cp "$1" untouched
  sweep small.plan -o "$1" > /dev/null 2> refused.txt && fail "$1 was taken for a store"
  cmp -s "$1" untouched || fail "$1 was changed"
  [ "$(wc -l < refused.txt)" = 1 ] || fail "$1: $(cat refused.txt)"
  grep -q "$1: $2" refused.txt || fail "$1: $(cat refused.txt)"
}
head -c $(($(stat -c %s whole.db) / 2)) whole.db > half.db
refused half.db "is damaged"
head -c 50 whole.db > head.db
refused head.db "is damaged"
echo "not a store" > text.db
refused text.db "is no store"
seq 5000 > long.db
refused long.db "is no store"
$python -c 'import sqlite3; c = sqlite3.connect("other.db"); c.execute("create table runs(key)"); c.commit()'
refused other.db "is no store"
cp whole.db version.db
$python -c 'import sqlite3; c = sqlite3.connect("version.db"); c.execute("pragma user_version = 99"); c.commit()'
refused version.db "is a store of version 99, this liplaw knows version 2"
$python -c 'import sqlite3; c = sqlite3.connect("version.db"); c.execute("pragma user_version = 1"); c.commit()'
refused version.db "is a store of version 1, .*: sweep its plan into a new file"
cp whole.db columns.db
$python -c 'import sqlite3; c = sqlite3.connect("columns.db"); c.execute("update meta set value = 1 where name = \"columns\""); c.commit()'
refused columns.db "has other columns"
cp whole.db bits.db
$python -c 'f = open("bits.db", "r+b"); f.seek(9000); f.write(bytes(range(256)) * 40)'
refused bits.db "is damaged"
sweep small.plan -o no/such/folder.db 2> refused.txt && fail "a store in no folder"
grep -q "no/such/folder.db: " refused.txt || fail "folder: $(cat refused.txt)"
sweep small.plan -o . 2> refused.txt && fail "a folder as store"

# --- another plan extends a store
printf 'n = 60\nd = 20\nk = 60, 50\neps = 0.3\nrandom-points = 50\nstarts = 1' > more.plan
cp whole.db more.db
sweep more.plan -o more.db --json > more.json || fail "another plan"
[ "$(json runs < more.json)" = 2 ] || fail "another plan: runs"
[ "$(dump more.db | grep -c "^\['kind=")" = $((runs + 2)) ] || fail "another plan: rows"

# --- a network that fails is a row, not the end
printf 'n = 30\nd = 10\nk = 20\nbias = true, false\neps = 0.3' > bad-cell.plan
sweep bad-cell.plan -o bad-cell.db --json > bad-cell.json || fail "a failed network ended the sweep"
[ "$(json failed < bad-cell.json)" = 1 ] || fail "failed is not 1"
[ "$(json kept < bad-cell.json)" = 1 ] || fail "kept is not 1"
$python -c 'import sqlite3
row = sqlite3.connect("bad-cell.db").execute("select error, loss, lower, steps_taken, l_star from runs where status = \"failed\"").fetchone()
assert "batch normalisation" in row[0] and row[1:4] == (None, None, None) and row[4] > 0, row' || fail "the failed row"

# --- the networks, where asked for
sweep more.plan -o keep.db --keep nets > /dev/null || fail "--keep"
[ "$(ls nets/*.onnx | wc -l)" = 2 ] || fail "--keep: $(ls nets)"

# --- a dry run, and plans that are refused
sweep small.plan --dry-run --json > dry.json || fail "a dry run"
[ "$(json runs < dry.json)" = 18 ] && [ "$(json skipped < dry.json)" = 12 ] || fail "a dry run: $(cat dry.json)"
printf 'n = 10\nd = 5\nk = 10*n/x' > bad.plan
sweep bad.plan -o bad.db 2> bad.txt
[ $? = 1 ] || fail "a bad plan"
grep -q "bad.plan:3: k: " bad.txt || fail "a bad plan: $(cat bad.txt)"
[ ! -e bad.db ] || fail "a bad plan left a store"
sweep missing.plan -o bad.db 2> bad.txt
[ $? = 1 ] || fail "a missing plan"
grep -q "missing.plan" bad.txt || fail "a missing plan: $(cat bad.txt)"
head -c 100 whole.db > zero.plan
sweep zero.plan -o bad.db 2> bad.txt
[ $? = 1 ] || fail "a plan that is no text"
sweep small.plan 2> bad.txt
[ $? = 2 ] || fail "no -o"
sweep small.plan -o bad.db --workers two 2> bad.txt
[ $? = 2 ] || fail "--workers two"

finish
