"""small_networks.py BENCH_SMALL_NETWORKS COUNT RESULTS README [--first SEED] - brackets of random small
networks beside their constants found by other means (see bench_small_networks.c).

Writes RESULTS (csv), puts the table into README between the markers 'small-networks', prints it. Ends
with an error where a bracket is wrong, refused or missing."""

import argparse
import subprocess
import sys

import tables

FIELDS = ["measured", "value"]


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "count", "results", "readme"):
        parser.add_argument(name)
    parser.add_argument("--first", default="1")
    asked = parser.parse_args()
    answer = subprocess.run(
        [asked.program, asked.count, asked.first], stdout=subprocess.PIPE, text=True
    )
    rows = [dict(zip(FIELDS, line.split(","))) for line in answer.stdout.splitlines()]
    if not rows:
        sys.exit("small_networks: no answer from %s" % asked.program)
    tables.write_csv(asked.results, FIELDS, rows)
    text = tables.markdown(FIELDS, [list(row.values()) for row in rows])
    print(text)
    tables.fill(asked.readme, "small-networks", "%s.\n\n%s" % (tables.processor(), text))
    sys.exit(answer.returncode)


main()
