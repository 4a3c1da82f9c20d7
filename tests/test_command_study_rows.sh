# test_command_study_rows.sh - a study whose rows are random draws: files, page, JSON; stopped at any place, the
# next call ends with the same numbers.
# once
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" reproduce generalisation -o page --json >out 2>err || fail "it exits with $?: $(cat err)"
holds "a['name'] == 'generalisation' and a['scale'] == 'quick' and a['status'] == 'ok'"
holds "len(a['criteria']) >= 5 and all(c['pass'] for c in a['criteria'])"
holds "a['files'][0] == 'page/index.html'"
for file in index.html figures/rademacher.{svg,pdf,csv,gp} tables/rademacher.csv; do
  [ -s "page/$file" ] || fail "there is no $file"
  holds "'page/$file' in a['files']"
done
grep -q 'src="http\|href="http' page/index.html && fail "the page is not offline"
[ -z "$(ls -A page | grep '^\.')" ] || fail "left behind: $(ls -A page)"

# --- a part of the rows: the next call computes the others, and ends with the same table
mv page/tables/rademacher.csv whole.csv
head -n 6 page/rows/rademacher.csv >part.csv
printf '7,0,odd,50' >>part.csv
mv part.csv page/rows/rademacher.csv
"$LIPLAW" reproduce generalisation -o page >out 2>err || fail "going on, it exits with $?: $(cat err)"
cmp -s whole.csv page/tables/rademacher.csv || fail "going on, it ends with other numbers"

# --- stopped: 75, no page, and the finished rows stay
"$LIPLAW" reproduce lemmas --scale paper -o stopped --json >out 2>err &
child=$!
for _ in $(seq 100); do
  [ -s stopped/rows/random-sums.csv ] && break
  sleep 0.1
done
sleep 0.5
kill -TERM $child
status=0
wait $child || status=$?
[ $status = 75 ] || fail "stopped, it exits with $status: $(cat err)"
holds "a['status'] == 'interrupted' and a['scale'] == 'paper' and a['done'] < a['rows']"
[ "$(ls -A stopped)" = rows ] || fail "stopped, it leaves $(ls -A stopped)"

finish
