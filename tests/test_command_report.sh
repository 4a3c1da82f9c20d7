# test_command_report.sh - liplaw report: a small plan from its sweep to its page; what cannot be reported.
python=/usr/bin/python3
$python -c 'import sqlite3' 2>/dev/null || { echo "skipped: python3 with sqlite3 is missing"; exit 77; }
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is missing"; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# exp1: one slice with five widths, one with d = n/2; exp2: two n. A minute of nothing would be too long.
cat > small.plan <<'PLAN'
steps = 3000
random-points = 100
starts = 1
[exp1]
n = 300
d = 30, 150
k = 20, 40, 80, 150, 300
eps = 0.05
seed = 1..2
[exp1-lr]
n = 300
d = 30
k = 40, 300
eps = 0.05
lr = 3e-3
seed = 1..2
[exp1-hopeless]
n = 300
d = 2
k = 1
eps = 0.05
steps = 20
seed = 1
[exp2-blue]
n = 200, 300
d = 10, 30, 60, 150
k = n
eps = 0.1
seed = 1
where = d < n
[exp2-red]
n = 200, 300
d = 20, 30, 60, 100, 150
k = 10*n/d
eps = 0.1
seed = 1
where = d <= n/2
PLAN
"$LIPLAW" sweep small.plan -o store.db >/dev/null || fail "the sweep"
"$LIPLAW" report store.db -o "a folder/page" --json >answer.json 2>err || fail "report: $(cat err)"
[ ! -s err ] || fail "messages: $(cat err)"
$python - <<'PYTHON' || fail "the answer: $(cat answer.json)"
import json, os
answer = json.load(open("answer.json"))
assert answer["status"] == "ok"
assert answer["files"][0] == "a folder/page/index.html", answer["files"][0]
on_disk = {os.path.join(at, name) for at, _, names in os.walk("a folder/page") for name in names}
assert set(answer["files"]) == on_disk, set(answer["files"]) ^ on_disk
for c in answer["criteria"]:
    assert set(c) == {"name", "value", "range", "low", "high", "pass", "reason"}, c
    assert c["range"] == [c["low"], c["high"]]
    if c["pass"] is None:
        assert c["reason"], c
    else:
        high = float(c["high"]) if c["high"] != "inf" else float("inf")
        assert c["pass"] == (c["value"] is not None and c["low"] <= c["value"] <= high), c
names = [c["name"] for c in answer["criteria"]]
assert any("n = 300, d = 30" in name for name in names), names
assert not any("d = 150" in name for name in names), names
PYTHON
figures="figure-2 figure-2-closeup figure-2-slices figure-2-forest learning-rate figures-1-and-3 figure-aspect
         figure-optimum figure-2-brackets figure-3-brackets"
$python "$here/test_report_page.py" "a folder/page" $figures >words || fail "the page"
grep -q 'Never fitted within the step limit, as (n, d, k): (300, 2, 1)' words || fail "the hopeless cell is not listed"

# --- the numbers of the page are those of the store, by another way
$python - <<'PYTHON' || fail "the slice's fit differs from numpy's"
import csv, sqlite3
try:
    import numpy
except ImportError:
    raise SystemExit(0)
rows = sqlite3.connect("store.db").execute(
    "select k, max_random_gradient from runs where n = 300 and d = 30 and eps = 0.05 and lr = 0.001 and status = 'kept'"
).fetchall()
widths = sorted({k for k, _ in rows})
means = [numpy.mean([g for k, g in rows if k == width]) for width in widths]
slope, intercept = numpy.polyfit([(300 / width) ** 0.5 for width in widths], means, 1)
fit = [r for r in csv.DictReader(open("a folder/page/tables/fits.csv"))
       if r["set"] == "n = 300, d = 30" and r["law"] == "sqrt(n/k)"][0]
assert abs(float(fit["slope"]) - slope) < 1e-9 and abs(float(fit["intercept"]) - intercept) < 1e-9, (fit, slope)
PYTHON

# --- bars and their fits are those of the store's brackets; the opening speaks of them
grep -q "On the unit sphere, the conjecture's domain, each of [0-9]* networks provably has a constant of at least" words ||
  fail "the first screen is silent on the true constants"
grep -q "the lower end is [0-9.]* to [0-9.]* times the proxy" words || fail "nothing on how far the proxy is"
$python - <<'PYTHON' || fail "the bars differ from the store"
import csv, sqlite3
store = sqlite3.connect("store.db")
assert store.execute("select count(*) from runs where status = 'kept' and (certified = 0 or lower_sphere is null"
                     " or upper_ball is null or lower > upper or lower_ball > upper or upper_sphere > upper)"
                     ).fetchone() == (0,)
columns = ["sphere", "ball", None]
for name, count in ("figure-2-brackets", 5), ("figure-3-brackets", 4 + 6):
    bars = list(csv.DictReader(open("a folder/page/figures/%s.csv" % name)))
    for domain, column in enumerate(columns):
        mine = [bar for bar in bars if bar["domain"] == str(domain)]
        assert len(mine) == count, (name, domain, len(mine))
        for bar in mine:
            ends = ["lower", "upper"] if column is None else ["lower_" + column, "upper_" + column]
            want = store.execute("select avg(%s), avg(%s), avg(max_random_gradient) from runs where n = ? and d = ? "
                                 "and k = ? and eps = ? and lr = 0.001 and status = 'kept'" % tuple(ends),
                                 (bar["n"], bar["d"], bar["k"], 0.05 if "-2-" in name else 0.1)).fetchone()
            got = [float(bar[key]) for key in ("lower", "upper", "proxy")]
            assert all(abs(g - w) <= 1e-12 * w for g, w in zip(got, want)), (bar, want)
            assert int(bar["resolved"]) == (got[1] <= 1.5 * got[0]), bar
PYTHON

# --- a store whose brackets are known: wide at d = 10, exact elsewhere; one without, which draws none
$python - <<'PYTHON'
import shutil, sqlite3
shutil.copy("store.db", "known.db")
store = sqlite3.connect("known.db")
for domain in "", "_ball", "_sphere":
    store.execute("update runs set lower%s = 3, upper%s = case d when 10 then 12 else 3 end" % (domain, domain))
store.commit()
shutil.copy("store.db", "bare.db")
store = sqlite3.connect("bare.db")
store.execute("update runs set lower_ball = null, upper_ball = null, lower_sphere = null, upper_sphere = null,"
              " lower = null, upper = null")
store.commit()
PYTHON
"$LIPLAW" report known.db -o known >/dev/null || fail "known brackets"
$python "$here/test_report_page.py" known $figures >words || fail "the page of known brackets"
grep -q "unresolved at d from 10 to 10: in 1 of 9 cells the upper end is more than 1.5 times the lower one" words ||
  fail "the opening does not say where the line is unresolved"
grep -q "the upper end 1.00 to 4.00 times the lower one. In 1 of 9 cells (d from 10 to 10)" words ||
  fail "the text does not say where the line is unresolved"
"$LIPLAW" report bare.db -o bare >/dev/null || fail "a store without brackets"
[ -e bare/figures/figure-2.svg ] && [ ! -e bare/figures/figure-2-brackets.svg ] || fail "bars without brackets"
$python "$here/test_report_page.py" bare figure-2 >words || fail "the page without brackets"
grep -q "true constants" words && fail "the page speaks of brackets that are not there"

# --- the scripts can be run again by hand, without a word; in a locale without UTF-8
#     gnuplot warns of the degree sign, which no figure has
for script in "a folder/page/figures/"*.gp; do
  (cd "$(dirname "$script")" && LC_ALL=C.UTF-8 gnuplot "$(basename "$script")" >>"$folder/words2" 2>&1) || fail "$script"
done
[ ! -s words2 ] || fail "gnuplot says: $(cat words2)"

# --- a second report replaces the first, and leaves nothing aside
"$LIPLAW" report store.db -o "a folder/page" >out || fail "a second report"
[ "$(tail -1 out)" = "a folder/page/index.html" ] || fail "the last line is not the page: $(tail -1 out)"
[ -z "$(find . -name '.report*')" ] || fail "something was left aside"

# --- names from the store are escaped
$python - <<'PYTHON'
import shutil, sqlite3
shutil.copy("store.db", "odd.db")
store = sqlite3.connect("odd.db")
store.execute("update runs set machine = '<b>&\"machine'''")
store.commit()
PYTHON
"$LIPLAW" report odd.db -o odd >/dev/null || fail "odd names"
$python "$here/test_report_page.py" odd $figures >words || fail "the page with odd names"
grep -qF "<b>&\"machine'" words || fail "the machine's name is not shown as it is"

# --- refused FILE TEXT: exit 1, one line with the text, and no page
refused() {
  "$LIPLAW" report "$1" -o none >out 2>err && fail "$1 is reported"
  [ "$(wc -l <err)" = 1 ] && grep -qF -- "$2" err || fail "$1: $(cat err)"
  [ ! -e none/index.html ] || fail "$1 leaves a page"
}
refused missing.db missing.db
printf 'n = 20\nd = 3\nk = 10\nactivation = tanh\nsteps = 5\n' >tanh.plan
"$LIPLAW" sweep tanh.plan -o tanh.db >out 2>err || fail "a sweep of tanh: $(cat err)"
refused tanh.db 'activation=tanh'
echo "no store" >text.db
refused text.db text.db
printf 'n = 10\nd = 5\nk = 3\n' >empty.plan
$python - <<'PYTHON'
import shutil, sqlite3
shutil.copy("store.db", "empty.db")
store = sqlite3.connect("empty.db")
store.execute("delete from runs")
store.commit()
PYTHON
refused empty.db "holds no runs"
PATH=/nowhere "$LIPLAW" report store.db -o none >out 2>err && fail "a report without gnuplot"
[ "$(wc -l <err)" = 1 ] && grep -qF "apt install gnuplot-nox" err || fail "without gnuplot: $(cat err)"
[ ! -e none ] || fail "without gnuplot a folder is made"
touch file
"$LIPLAW" report store.db -o file/below >out 2>err && fail "a folder below a file"
[ "$(wc -l <err)" = 1 ] || fail "a folder below a file: $(cat err)"

# --- a store in which nothing was kept has a page that says so
$python - <<'PYTHON'
import shutil, sqlite3
shutil.copy("store.db", "unkept.db")
store = sqlite3.connect("unkept.db")
store.execute("update runs set status = 'unfitted', fitted = 0")
store.commit()
PYTHON
"$LIPLAW" report unkept.db -o unkept >/dev/null || fail "a store without kept runs"
$python "$here/test_report_page.py" unkept >words || fail "the page without kept runs"
grep -q "No network memorised its labels" words || fail "the page does not say that nothing was kept"

# --- any other plan is shown like experiment 1
printf 'n = 60\nd = 20\nk = 10, 60\nseed = 0..1\nrandom-points = 20\nstarts = 0\n' >plain.plan
"$LIPLAW" sweep plain.plan -o plain.db >/dev/null && "$LIPLAW" report plain.db -o plain >/dev/null || fail "a plain plan"
$python "$here/test_report_page.py" plain figure-2 >words || fail "the page of a plain plan"

finish
