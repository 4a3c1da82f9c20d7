"""semidefinite.py BENCH_SEMIDEFINITE RESULTS README [--limit SECONDS] [--shape k,d]...

The semidefinite bound of random one-layer networks with one output: ours, proved with rounding
counted, beside the interior-point solver csdp on the same problem, through its command. Seconds are
those of the CPU, both sides on one thread. Writes RESULTS (csv), puts the table into README between
the markers 'semidefinite', prints it."""

import argparse
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

import tables

SHAPES = [(100, 50), (100, 784), (300, 50), (300, 784), (1000, 50), (1000, 784), (3000, 100), (3000, 784)]
AGREEMENT = 1e-6  # relative
FASTER_AT_300 = 10


def ours(program, k, d, path):
    repeats = 9 if k <= 300 else 3
    answer = subprocess.run(
        [program, str(k), str(d), str(repeats), path], check=True, capture_output=True, text=True
    ).stdout.split()
    return tuple(map(float, answer))


def csdp(path, limit):
    """The bound and CPU seconds; None where it is not there or does not finish."""
    if not shutil.which("csdp"):
        return None, None
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        text = subprocess.run(
            ["csdp", path],
            capture_output=True,
            text=True,
            env=environment,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        ).stdout
    except OSError:
        return None, None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(r"Primal objective value:\s*(\S+)", text)
    if "Success" not in text or not found:
        return None, None
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return math.sqrt(float(found.group(1))), seconds


def row_of(program, shape, limit, folder):
    k, d = shape
    path = os.path.join(folder, "problem.dat-s")
    upper, seconds, proving = ours(program, k, d, path)
    value, theirs = csdp(path, limit)
    total = seconds + proving
    return {
        "neurons": k,
        "inputs": d,
        "upper": upper,
        "seconds": total,
        "of_which_proof": proving,
        "csdp": value,
        "csdp_seconds": theirs,
        "above": (upper - value) / value if value else None,
        "faster": theirs / total if theirs else None,
    }


def met(row):
    if row["csdp"] is None:
        return ""
    fast = row["neurons"] != 300 or row["faster"] >= FASTER_AT_300
    return "yes" if abs(row["above"]) <= AGREEMENT and fast else "NO"


def table(rows):
    head = ["neurons, inputs", "bound, proved", "s", "of which proof", "csdp", "s", "above csdp"]
    head += ["asked", "faster", "asked", "met"]
    lines = [
        [
            "%d, %d" % (r["neurons"], r["inputs"]),
            "%.9f" % r["upper"],
            "%.3g" % r["seconds"],
            "%.2g" % r["of_which_proof"],
            tables.show(r["csdp"], "%.9f"),
            tables.show(r["csdp_seconds"]),
            tables.show(r["above"], "%.1e"),
            tables.show(AGREEMENT if r["csdp"] else None, "%g"),
            tables.show(r["faster"], "%.0fx"),
            "%dx" % FASTER_AT_300 if r["neurons"] == 300 else "",
            met(r),
        ]
        for r in rows
    ]
    return tables.markdown(head, lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("results")
    parser.add_argument("readme")
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--shape", action="append")
    asked = parser.parse_args()
    shapes = [tuple(map(int, s.split(","))) for s in asked.shape or []] or SHAPES
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for shape in shapes:
            print("%d neurons, %d inputs" % shape, file=sys.stderr)
            rows.append(row_of(asked.program, shape, asked.limit, folder))
    text = table(rows)
    print(text)
    if asked.shape:
        return  # a part of the table is not written
    tables.write_csv(asked.results, rows[0].keys(), rows)
    limit = "csdp was given %d CPU seconds a problem." % asked.limit
    tables.fill(asked.readme, "semidefinite", limit + "\n\n" + text)


if __name__ == "__main__":
    main()
