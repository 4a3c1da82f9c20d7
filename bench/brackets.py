"""brackets.py LIPLAW WORK RESULTS README [--only NAME,...] [--testdata DIR] - the numbers asked of
brackets on two-layer networks, measured through the command: each network is measured with a
certificate, which `liplaw check` then proves again.

WORK keeps the networks (trained or drawn once, by seed) between runs. Writes RESULTS.csv (one row a
network), RESULTS-table.csv and, from that, the table of README between the markers `brackets`. With
--only the rows of other parts stay as they were."""

import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys
import time

import numpy
import tables

LINE_FIELDS = ["part", "case", "asked", "measured", "met"]
FIELDS = [
    "part", "case", "network", "k", "d", "asked", "lower", "upper", "ratio", "exact", "stopped", "method",
    "seconds", "proof_seconds", "megabytes", "valid",
]
DIGITS = [5.080241887401, 5.226306706892, 5.003317164695, 5.562464694816, 5.177308562238]
LIPSDP_MNIST = 24.299217389987
TRAINED = [(500, 500, 10, 2.0), (2000, 2000, 10, 3.0), (2000, 2000, 20, 2.2), (2000, 2000, 50, 1.5)]


class Bench:
    def __init__(self, arguments):
        self.liplaw = os.path.abspath(arguments.liplaw)
        self.work = os.path.abspath(arguments.work)
        self.testdata = arguments.testdata
        self.asked = arguments
        self.part, self.rows, self.lines, self.skipped = "", [], [], []
        os.makedirs(self.work, exist_ok=True)

    def run(self, *words):
        result = subprocess.run(
            [self.liplaw, *map(str, words), "--json"], capture_output=True, text=True
        )
        answer = json.loads(result.stdout) if result.stdout else {}
        if result.returncode not in (0, 1) or "status" not in answer:
            sys.exit("brackets: liplaw %s: %s" % (" ".join(map(str, words)), result.stderr))
        return answer

    def path(self, name):
        return os.path.join(self.work, name)

    def make(self, name, *words):
        """Runs a command that writes WORK/name with -o, unless it is there; returns the path."""
        path = self.path(name)
        if not os.path.exists(path):
            self.run(*words, "-o", path)
        return path

    def measure(self, case, network, asked="", options=()):
        """One row: the bracket, wall seconds of the whole command, and the certificate checked."""
        certificate = self.path("%d-%s.certificate" % (os.getpid(), os.path.basename(network)))
        begin = time.monotonic()
        found = self.run("measure", network, "--certificate", certificate, *options)
        seconds = time.monotonic() - begin
        checked = {"valid": False, "seconds": None}
        megabytes = None
        if found.get("certified") and os.path.exists(certificate):
            megabytes = os.path.getsize(certificate) / 1e6
            checked = self.run("check", network, certificate)
            os.remove(certificate)
        row = dict(
            case=case, network=os.path.basename(network), asked=asked, k="", d="",
            lower=found.get("lower"), upper=found.get("upper"), ratio=found.get("ratio"),
            exact=found.get("exact"), stopped=found.get("stopped"),
            method=found.get("upper_method"), seconds=seconds, proof_seconds=checked["seconds"],
            megabytes=megabytes, valid=checked["valid"],
        )
        return row

    def add(self, row, **more):
        row.update(more, part=self.part)
        self.rows.append(row)
        return row

    def line(self, case, asked, measured, met):
        met = "yes" if met else "NO"
        line = dict(part=self.part, case=case, asked=asked, measured=measured, met=met)
        self.lines.append(line)
        print(" | ".join(line.values()), flush=True)

    def weights(self, name):
        path = os.path.join(self.testdata, "weights", name)
        return path if os.path.exists(path) else None


def is_near(value, expected, relative):
    return value is not None and abs(value - expected) <= relative * abs(expected)


def closed(row, seconds, expected=None):
    good = row["exact"] and row["valid"] and row["seconds"] <= seconds
    if expected:
        good = good and all(is_near(row[end], expected, 1e-9) for end in ("lower", "upper"))
    return bool(good)


def known_networks(bench):
    rows = []
    for seed, expected in enumerate(DIGITS):
        path = bench.weights("digits_fnn2_seed%d.npz" % seed)
        if not path:
            bench.skipped.append("digits, lipsdp_mnist, abc_mnist_2x20: no test data")
            return
        row = bench.measure("digits", path, expected, ["--output", 7])
        rows.append((bench.add(row, k=32, d=64), expected))
    bench.line(
        "digits_fnn2_seed0-4, output 7",
        "exact (all patterns enumerated), 0.1 s each",
        "%d of 5 exact and as enumerated; %.3f s at most; all checked: %s"
        % (
            sum(closed(row, 1e9, value) for row, value in rows),
            max(row["seconds"] for row, _ in rows),
            all(row["valid"] for row, _ in rows),
        ),
        all(closed(row, 0.1, value) for row, value in rows),
    )
    for name, k, expected, limit in (
        ("lipsdp_mnist.npz", 50, LIPSDP_MNIST, 5), ("abc_mnist_2x20.npz", 20, None, 2),
    ):
        row = bench.add(bench.measure("mnist", bench.weights(name)), k=k, d=784)
        bench.line(
            name, "exact%s within %g s" % (" (%.12f)" % expected if expected else "", limit),
            "[%.12f, %.12f] in %.2f s" % (row["lower"], row["upper"], row["seconds"]),
            closed(row, limit, expected),
        )


def experiment_networks(bench):
    """(path, k, d) of every kept network of experiment 1 at the paper's scale."""
    store, keep = bench.path("exp1.sqlite"), bench.path("exp1")
    plan = os.path.join(os.path.dirname(__file__), "..", "plans", "exp1-paper.plan")
    if not os.path.exists(store):  # the networks of an earlier run are measured as they are
        bench.run("sweep", plan, "-o", store, "--keep", keep)
    networks = []
    import sqlite3

    for key, k, d in sqlite3.connect(store).execute(
        "select key, k, d from runs where status = 'kept'"
    ):
        value = 0xCBF29CE484222325
        for byte in key.encode():
            value = (value ^ byte) * 0x100000001B3 % 2**64
        networks.append((os.path.join(keep, "%016x.onnx" % value), int(k), int(d)))
    return sorted(networks)


def in_parallel(bench, case, networks, options):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        begin = time.monotonic()
        rows = list(pool.map(lambda n: bench.measure(case, n[0], options=options), networks))
    for row, (_, k, d) in zip(rows, networks):
        bench.add(row, k=k, d=d)
    return rows, time.monotonic() - begin


def experiment_brackets(bench):
    networks = experiment_networks(bench)
    rows, seconds = in_parallel(bench, "exp1", networks, ["--no-search"])
    for label, keep, limits in (
        ("k <= d", lambda k, d: k <= d, (1.02, 1.06)),
        ("d < k <= 4d", lambda k, d: d < k <= 4 * d, (1.12, None)),
        ("4d < k <= 20d", lambda k, d: 4 * d < k <= 20 * d, (1.35, None)),
    ):
        ratios = sorted(row["ratio"] for row in rows if keep(row["k"], row["d"]) and row["valid"])
        proved = len(ratios) == sum(keep(row["k"], row["d"]) for row in rows)
        late = ratios[int(0.95 * (len(ratios) - 1))]
        bench.line(
            "exp1, paper, %s (%d networks), no search" % (label, len(ratios)),
            "median ratio <= %g%s" % (limits[0], ", 95 %% <= %g" % limits[1] if limits[1] else ""),
            "median %.4f, 95 %% %.4f, largest %.4f"
            % (statistics.median(ratios), late, ratios[-1]),
            proved and statistics.median(ratios) <= limits[0] and late <= (limits[1] or 1e9),
        )
    bench.line(
        "all %d of them" % len(rows), "20 min on 2 cores",
        "%.1f min on %d cores, each checked too" % (seconds / 60, os.cpu_count()),
        seconds <= 1200 and all(row["valid"] for row in rows),
    )


def experiment_exact(bench):
    networks = [n for n in experiment_networks(bench) if n[1] <= 100 <= n[2] or n[1] <= 40 <= n[2]]
    rows, _ = in_parallel(bench, "exp1-exact", networks, ["--time-limit", 60])
    for limit, median, most in ((40, 0.1, 2), (100, None, 60)):
        some = [row for row in rows if row["k"] <= limit <= row["d"]]
        times = sorted(row["seconds"] for row in some)
        bench.line(
            "exp1, k <= %d <= d (%d networks)" % (limit, len(some)),
            "exact, %s%g s at most" % ("median %g s, " % median if median else "", most),
            "%d exact; median %.3f s, largest %.2f s"
            % (sum(closed(row, 1e9) for row in some), statistics.median(times), times[-1]),
            all(closed(row, most) for row in some)
            and (not median or statistics.median(times) <= median),
        )


def write_random(path, k, d, bias, seed):
    """A random two-layer ReLU network as npz beside its list of layers."""
    draw = numpy.random.default_rng(seed)
    arrays = {"W": draw.normal(size=(k, d)), "a": draw.normal(size=(1, k)) / k**0.5}
    layer = {"op": "linear", "weight": "W"}
    if bias:
        arrays["b"] = 0.5 * draw.normal(size=k)
        layer["bias"] = "b"
    numpy.savez(path, **arrays)
    layers = [layer, {"op": "relu"}, {"op": "linear", "weight": "a"}]
    with open(path[: -len(".npz")] + ".arch.json", "w") as file:
        json.dump({"input_shape": [d], "layers": layers}, file)


def small_dimensions(bench):
    rows = []
    for dimension, factor, seeds in ((3, 40, 3), (4, 40, 3), (5, 40, 3), (6, 20, 3)):
        for bias in (False, True):
            d = dimension - bias
            for seed in range(seeds):
                k = factor * d
                path = bench.path("random-%d-%d-%d-%d.npz" % (k, d, bias, seed))
                write_random(path, k, d, bias, seed)
                row = bench.measure("small", path, options=["--time-limit", 60])
                rows.append(bench.add(row, k=k, d=d))
        k, d = factor * (dimension - 1), dimension - 1
        rows.append(bench.add(bench.measure("small", trained(bench, 150, k, d),
                                            options=["--time-limit", 60]), k=k, d=d))
    bench.line(
        "homogeneous dimension <= 5, k <= 40d; 6, k <= 20d (%d random and trained)" % len(rows),
        "exact within 60 s",
        "%d exact; median %.2f s, largest %.1f s"
        % (
            sum(closed(row, 1e9) for row in rows),
            statistics.median(row["seconds"] for row in rows),
            max(row["seconds"] for row in rows),
        ),
        all(closed(row, 60) for row in rows),
    )
    rows = []
    for seed in range(2):
        path = bench.path("random-300-6-0-%d.npz" % seed)
        write_random(path, 300, 6, False, seed)
        row = bench.measure("dimension 6", path, options=["--time-limit", 60])
        rows.append(bench.add(row, k=300, d=6))
    bench.line(
        "dimension 6, k = 50d", "ratio <= 1.4",
        ", ".join("%.3f in %.0f s" % (row["ratio"], row["seconds"]) for row in rows),
        all(row["ratio"] <= 1.4 and row["valid"] for row in rows),
    )


def trained(bench, n, k, d):
    data = bench.make("data-%d-%d.npz" % (n, d), "sample", "gaussian", "--n", n, "--d", d)
    return bench.make("trained-%d-%d-%d.onnx" % (n, k, d), "train", data, "-k", k)


def trained_networks(bench):
    for n, k, d, limit in TRAINED:
        row = bench.measure("trained", trained(bench, n, k, d), limit, ["--time-limit", 120])
        bench.add(row, k=k, d=d)
        bench.line(
            "trained (%d, %d, %d)" % (n, k, d), "ratio <= %g" % limit,
            "%.3f, [%.5g, %.5g] (%s) in %.0f s"
            % (row["ratio"], row["lower"], row["upper"], row["method"], row["seconds"]),
            bool(row["ratio"] <= limit and row["valid"]),
        )


def largest_network(bench):
    network = trained(bench, 10000, 10000, 5000)
    begin = time.monotonic()
    result = subprocess.run(
        ["/usr/bin/time", "-f", "%M", bench.liplaw, "measure", network, "--no-search", "--json"],
        capture_output=True, text=True,
    )
    seconds = time.monotonic() - begin
    found = json.loads(result.stdout)
    gigabytes = int(result.stderr.split()[-1]) / 1e6
    bench.add(
        dict.fromkeys(FIELDS, ""), case="exp2", network=os.path.basename(network), k=10000, d=5000,
        lower=found["lower"], upper=found["upper"], ratio=found["ratio"], seconds=seconds,
        exact=found["exact"], method=found["upper_method"], stopped=found["stopped"],
    )
    bench.line(
        "n = 10,000, k = 10,000, d = 5000", "certified bracket, 5 min, 8 GB",
        "[%.5g, %.5g], ratio %.3f, %.0f s, %.1f GB"
        % (found["lower"], found["upper"], found["ratio"], seconds, gigabytes),
        bool(found["certified"] and seconds <= 300 and gigabytes <= 8),
    )


PARTS = {
    "known": known_networks, "exact": experiment_exact, "small": small_dimensions,
    "trained": trained_networks, "largest": largest_network, "exp1": experiment_brackets,
}


def write_merged(path, fields, new, parts, order):
    """Replaces the rows of these parts in a csv file; returns all, in order."""
    rows = list(new)
    if os.path.exists(path):
        rows += [row for row in tables.read_csv(path) if row["part"] not in parts]
    rows.sort(key=lambda row: list(order).index(row["part"]))
    tables.write_csv(path, fields, rows)
    return rows


def fill_readme(bench, lines, readme, name):
    text = "%s, %d cores.\n\n" % (tables.processor(), os.cpu_count())
    fields = LINE_FIELDS[1:]
    text += tables.markdown(fields, [[line[field] for field in fields] for line in lines])
    text += "".join("\n\nSkipped: " + skipped for skipped in bench.skipped)
    tables.fill(readme, name, text)


def measure_parts(all_parts, name, *more):
    """The command line; runs its parts, writes the rows and the table, fills the README's `name`."""
    parser = argparse.ArgumentParser()
    for argument in ("liplaw", "work", "results", "readme", *more):
        parser.add_argument(argument)
    parser.add_argument("--only", default=",".join(all_parts))
    parser.add_argument("--testdata", default="../shared/testdata")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    parts = arguments.only.split(",")
    for bench.part in parts:
        all_parts[bench.part](bench)
        write_merged(arguments.results + ".csv", FIELDS, bench.rows, parts, all_parts)
        lines = write_merged(
            arguments.results + "-table.csv", LINE_FIELDS, bench.lines, parts, all_parts
        )
        fill_readme(bench, lines, arguments.readme, name)


if __name__ == "__main__":
    measure_parts(PARTS, "brackets")
