"""compare.py BENCH_TRAIN RESULTS README --table NAME [--rounds N] [--threads 1,2] [--shape n,d,k]...

Times a training step of liplaw beside PyTorch's (same shapes, protocol and threads, taking turns)
and beside the two matrix products that a step cannot do without. Writes RESULTS (csv), puts the
table into README between the markers of that name, prints it."""

import argparse
import statistics
import subprocess
import sys
import time

import tables
import torch_step

SHAPES = [
    (500, 100, 20),
    (500, 100, 50),
    (500, 100, 500),
    (1000, 250, 40),
    (1000, 250, 1000),
    (2000, 20, 2000),
    (2000, 1000, 20),
    (2000, 1000, 1000),
    (10000, 1000, 10000),
]
ALONE = (10000, 1000, 10000)  # too large for PyTorch's patience: beside the product only
PRODUCT_BOUND = {(2000, 1000, 1000), ALONE}  # must reach 75 % of the product's rate


class Liplaw:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer:
            sys.exit("compare: bench_train ended at '%s'" % " ".join(map(str, words)))
        return answer


def turn(function):
    """Lets the other side's threads fall asleep first."""
    time.sleep(0.02)
    return function()


def measure(liplaw, shape, threads, rounds):
    n, d, k = shape
    kernel = liplaw.ask("open", n, d, k, threads)
    torch = None if shape == ALONE else torch_step.Step(n, d, k, threads)
    steps, torch_steps, products = [], [], []
    estimate = 4e-11 * n * d * k / threads + 2e-5
    count = max(1, int(0.1 / estimate))
    torch_count = max(1, int(0.1 / (5 * estimate + 1e-3)))
    product_count = max(1, int(0.01 / estimate))
    for _ in range(rounds):
        if torch:
            torch_steps.append(turn(lambda: torch.seconds(torch_count)))
        steps.append(turn(lambda: float(liplaw.ask("step", count))))
        products.append(turn(lambda: float(liplaw.ask("product", product_count))))
    liplaw.ask("close")
    return kernel, steps, torch_steps, products


def asked_ratio(shape, milliseconds):
    if shape == ALONE:
        return None
    if shape == (2000, 1000, 1000):
        return 1.7
    return 3.0 if milliseconds < 1 else 2.0


def row_of(shape, threads, kernel, steps, torch_steps, products):
    step = 1e3 * statistics.median(steps)
    ratio = 1e3 * statistics.median(torch_steps) / step if torch_steps else None
    share = 1e3 * statistics.median(products) / step
    least_ratio = asked_ratio(shape, step)
    least_share = 0.75 if shape in PRODUCT_BOUND else None
    flops = 4e-6 * shape[0] * shape[1] * shape[2]
    met = (least_ratio is None or ratio >= least_ratio) and (
        least_share is None or share >= least_share
    )
    return {
        "n": shape[0],
        "d": shape[1],
        "k": shape[2],
        "threads": threads,
        "liplaw_ms": step,
        "torch_ms": 1e3 * statistics.median(torch_steps) if torch_steps else None,
        "ratio": ratio,
        "ratio_asked": least_ratio,
        "step_gflops": flops / step,
        "product_gflops": flops / (1e3 * statistics.median(products)),
        "share": share,
        "share_asked": least_share,
        "met": "yes" if met else "NO",
        "rounds": len(steps),
        "kernel": kernel,
    }


def table(rows):
    head = ["n, d, k", "threads", "PyTorch ms", "liplaw ms", "faster", "asked", "step GFLOP/s"]
    head += ["product GFLOP/s", "share", "asked", "met"]
    lines = [
        [
            "%d, %d, %d" % (r["n"], r["d"], r["k"]),
            str(r["threads"]),
            tables.show(r["torch_ms"]),
            tables.show(r["liplaw_ms"]),
            tables.show(r["ratio"], "%.3gx"),
            tables.show(r["ratio_asked"], "%.3gx"),
            "%.0f" % r["step_gflops"],
            "%.0f" % r["product_gflops"],
            "%.0f %%" % (100 * r["share"]),
            "75 %" if r["share_asked"] else "",
            r["met"],
        ]
        for r in rows
    ]
    return tables.markdown(head, lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("results")
    parser.add_argument("readme")
    parser.add_argument("--table", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--shape", action="append")
    asked = parser.parse_args()
    shapes = [tuple(map(int, s.split(","))) for s in asked.shape or []] or SHAPES
    liplaw = Liplaw(asked.program)
    rows = []
    for threads in map(int, asked.threads.split(",")):
        for shape in shapes:
            rounds = max(5, asked.rounds) if shape != ALONE else 5
            print("timing %s on %d threads" % (shape, threads), file=sys.stderr)
            rows.append(row_of(shape, threads, *measure(liplaw, shape, threads, rounds)))
    text = table(rows)
    print(text)
    if asked.shape:
        return  # a part of the table is not written
    tables.write_csv(asked.results, rows[0].keys(), rows)
    tables.fill(
        asked.readme,
        asked.table,
        "%s, %s kernels; PyTorch %s on OpenBLAS with %s kernels; medians of %d turns.\n\n%s"
        % (
            tables.processor(),
            rows[0]["kernel"],
            torch_step.version(),
            torch_step.blas_kernel(),
            asked.rounds,
            text,
        ),
    )


main()
