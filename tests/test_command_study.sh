# test_command_study.sh - liplaw reproduce of a study: page, files, criteria; stopped and called again
# it goes on.
# once
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

"$LIPLAW" reproduce depth -o depth --json >out 2>err || fail "depth exits with $?: $(cat err)"
python3 - <<'END' || fail "depth answers: $(cat out)"
import json, os
answer = json.load(open("out"))
assert answer["status"] == "ok" and answer["name"] == "depth" and answer["scale"] == "quick"
assert all(criterion["pass"] is True for criterion in answer["criteria"]), answer["criteria"]
assert len(answer["criteria"]) == 6
for name in answer["files"]:
    assert os.path.getsize(os.path.join("depth", os.path.relpath(name, "depth"))
                           if name.startswith("depth") else os.path.join("depth", name)) > 0
rows = [line.split(",") for line in open("depth/tables/gaps.csv")]
turning = [row for row in rows if row[0].startswith("turning") and row[2] == "64"]
assert abs(float(turning[0][3]) - float(turning[0][5]) - 63 * 0.6931471805599453) < 1e-9
END
grep -q "What does depth do to the law?" depth/index.html || fail "the page has no title"
[ -s depth/figures/gaps.svg ] && [ -s depth/figures/laws.pdf ] || fail "a figure is missing"

# --- stopped, and gone on with: the rows that were there stay
"$LIPLAW" reproduce early-stopping -o stopping >out 2>err &
child=$!
for _ in $(seq 200); do
  [ "$(wc -l <stopping/rows/steps.csv 2>/dev/null || echo 0)" -ge 4 ] && break
  sleep 0.1
done
kill -TERM $child
status=0
wait $child || status=$?
[ $status = 75 ] || fail "stopped, it exits with $status: $(cat err)"
[ ! -e stopping/index.html ] || fail "stopped, it leaves a page"
sed -n 2,4p stopping/rows/steps.csv >before
"$LIPLAW" reproduce early-stopping -o stopping --json >out 2>err || fail "called again: $(cat err)"
sed -n 2,4p stopping/rows/steps.csv | cmp -s - before || fail "rows that were there changed"
python3 - <<'END' || fail "early-stopping answers: $(cat out)"
import json
answer = json.load(open("out"))
assert len(answer["criteria"]) == 10
identity = [c for c in answer["criteria"] if "largest difference" in c["name"]][0]
assert identity["pass"] is True
END
[ -s stopping/figures/constants.svg ] || fail "early-stopping draws no constants"

finish
