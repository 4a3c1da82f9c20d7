"""sectors.py BENCH_SECTORS RESULTS README [--limit SECONDS] [--most ORDER]

The semidefinite bound over all sectors of random ReLU chains: value, gap to the relaxation's own
lower bound and CPU seconds against width and depth, beside the interior-point solver csdp on the same
problem where it ends within the limit. Both sides on one thread. Networks of more than --most
neurons are left out, but for the longest. Writes RESULTS (csv), puts the table into README between the
markers 'sectors', prints it."""

import argparse
import math
import os
import subprocess
import tempfile

import tables
from semidefinite import csdp

WIDTHS = [16, 64, 128, 256, 512, 1024]
DEPTHS = [2, 4, 8, 16, 32, 64]
MOST_ORDER = 2100
LONGEST = (64, 64)
MOST_FOR_CSDP = 400
AGREEMENT = 1e-6  # relative


def row_of(program, width, depth, limit, folder):
    path = os.path.join(folder, "problem.dat-s")
    order = width * depth
    with_csdp = order <= MOST_FOR_CSDP
    repeats = 3 if order <= 300 else 1
    answer = subprocess.run(
        [program, str(width), str(depth), str(repeats)] + [path] * with_csdp,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    order, groups, value, least, seconds, steps, unit = map(float, answer)
    other, theirs = csdp(path, limit) if with_csdp else (None, None)
    other = other * unit if other else None
    return {
        "width": width,
        "depth": depth,
        "multipliers": int(groups),
        "upper": value,
        "gap": (value - least) / value,
        "seconds": seconds,
        "steps": int(steps),
        "csdp": other,
        "csdp_seconds": theirs,
        "above": (value - other) / other if other else None,
        "faster": theirs / seconds if theirs else None,
    }


def table(rows):
    head = ["width", "depth", "multipliers", "bound", "gap", "s", "steps", "csdp", "s", "above csdp"]
    head += ["asked", "faster"]
    lines = [
        [
            str(r["width"]),
            str(r["depth"]),
            str(r["multipliers"]),
            "%.9g" % r["upper"],
            "%.0e" % r["gap"],
            "%.3g" % r["seconds"],
            str(r["steps"]),
            tables.show(r["csdp"], "%.9g"),
            tables.show(r["csdp_seconds"]),
            tables.show(r["above"], "%.1e"),
            tables.show(AGREEMENT if r["csdp"] and r["depth"] <= 4 else None, "%g"),
            tables.show(r["faster"], "%.0fx"),
        ]
        for r in rows
    ]
    return tables.markdown(head, lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("results")
    parser.add_argument("readme")
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--most", type=int, default=MOST_ORDER)
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for width in WIDTHS:
            for depth in DEPTHS:
                if width * depth <= asked.most or (width, depth) == LONGEST:
                    rows.append(row_of(asked.program, width, depth, asked.limit, folder))
    text = table(rows)
    print(text)
    tables.write_csv(asked.results, rows[0].keys(), rows)
    note = "csdp was given %d CPU seconds a problem, up to order %d. " % (asked.limit, MOST_FOR_CSDP)
    note += "It ends at absolute errors: from depth 8 on what it finds lies below the optimum."
    tables.fill(asked.readme, "sectors", note + "\n\n" + text)


if __name__ == "__main__":
    main()
