"""deep.py LIPLAW WORK RESULTS README SECTORS NETWORKS [--only NAME,...] [--testdata DIR] - the numbers
asked of brackets on deep networks of the test data.

SECTORS is the program bench_sectors, whose converged values of the semidefinite relaxation the
command's are held against; NETWORKS the results of networks.py, from which rows at the default limit
on the whole space are taken. Everything else is measured here, each with a certificate that `liplaw
check` proves again. Writes RESULTS.csv, RESULTS-table.csv and the table of README between the markers
`deep`."""

import json
import os
import subprocess

import tables
from brackets import is_near, measure_parts

BOXES = (  # network, box, published constants in the norms 2, 1, inf (LipBaB)
    ("lipbab_iris_4_5_5_3", "box:0,1", (6.771454513402937, 5.958048912394726, 12.605085581416922)),
    ("lipbab_sd_10_15_10_3", "box:0,0.1", (9.530716922306004, 10.41286850374477, 16.274810805318676)),
)
FNN3 = (9.72861389765875, 9.791786332148083, 8.929566920367847, 7.753896704600041, 8.702760082033276)
REACHED = {0: 9.6515, 1: 9.6873, 2: 8.6743}  # by patterns that have a point
CHAINS = ("d2_w16", "d2_w64", "d4_w16", "d8_w16", "d16_w16", "d16_w32")


def default_row(bench, name):
    """What networks.py measured of this network of the test data; numbers as numbers."""
    for row in tables.read_csv(bench.asked.networks):
        if row["network"] == name:
            return {key: as_number(value) for key, value in row.items()}
    raise SystemExit("deep: %s is not in %s" % (name, bench.asked.networks))


def as_number(text):
    try:
        return float(text)
    except ValueError:
        return text


def path_of(bench, name):
    return os.path.join(bench.testdata, name.replace(".arch.json", ".npz"))


def converged(bench, name):
    """The relaxation's value, its relative gap, CPU seconds."""
    words = [bench.asked.sectors, path_of(bench, name)]
    answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[2]), 1 - float(answer[3]) / float(answer[2]), float(answer[4])


def both_ends(row):
    return "[%.12g, %.12g] in %.1f s" % (row["lower"], row["upper"], row["seconds"])


def exact_ones(bench):
    for case, name, value, limit in (
        ("lipsdp_random", "weights/lipsdp_random.npz", 36.48222959637795, 60),
        ("lindex", "onnx/nn4sys/lindex.onnx", 251.04695166966565, 60),
        ("exlipbab iris", "weights/exlipbab_iris_4_6_6_3.npz", 11.634355134114875, 30),
        ("exlipbab wine", "weights/exlipbab_wine_11_12_12_1.npz", 1.7433699967107172, 30),
    ):
        row = bench.add(bench.measure(case, path_of(bench, name), value))
        good = row["valid"] and all(is_near(row[end], value, 1e-9) for end in ("lower", "upper"))
        asked = "%.15g, both ends to 1e-9, %d s" % (value, limit)
        bench.line(case, asked, both_ends(row), good and row["seconds"] <= limit)


def boxes(bench):
    for name, box, constants in BOXES:
        rows = []
        for norm, value in zip(("2", "1", "inf"), constants):
            options = ["--domain", box, "--norm", norm]
            rows.append(bench.add(bench.measure(name, path_of(bench, "weights/%s.npz" % name), value, options)))
        good = [
            row["valid"] and all(is_near(row[end], row["asked"], 1e-9) for end in ("lower", "upper"))
            for row in rows
        ]
        bench.line(
            "%s on %s, norms 2, 1, inf" % (name, box), "exact: %.10g, %.10g, %.10g" % constants,
            "%d of 3 exact, %.1f s at most" % (sum(good), max(row["seconds"] for row in rows)), all(good),
        )


def digits_dense(bench):
    for seed, value in enumerate(FNN3):
        path = path_of(bench, "weights/digits_fnn3_seed%d.npz" % seed)
        case = "digits_fnn3_seed%d, output 7" % seed
        one, ten, long = (
            bench.add(bench.measure(case, path, value, ["--output", 7, "--time-limit", limit]))
            for limit in (1, 10, 600)
        )
        below = REACHED.get(seed, 0)
        bench.line(
            case,
            "at most %.7g in 1 s; gap 3 %% in 10 s; closed in 600 s if possible%s"
            % (value * (1 + 1e-4), ", lower end %.5g" % below if below else ""),
            "%.7g in %.1f s; %.3g %% in %.1f s; %s in %.0f s"
            % (
                one["upper"], one["seconds"], 100 * (1 - ten["lower"] / ten["upper"]), ten["seconds"],
                "%.9g" % long["upper"] if long["exact"] else "[%.7g, %.7g]" % (long["lower"], long["upper"]),
                long["seconds"],
            ),
            one["upper"] <= value * (1 + 1e-4) and ten["lower"] >= 0.97 * ten["upper"]
            and long["lower"] >= below * (1 - 1e-5) and long["valid"],
        )


def against_relaxation(bench, name, factor, limit=float("inf")):
    """Is the bracket of networks.py at most factor times the relaxation's converged value, in time?"""
    row = default_row(bench, name)
    value, gap, seconds = converged(bench, name)
    return (
        "%.7g of %.7g (gap %.0e, %.1f s of CPU), lower end %.6g, %.0f s"
        % (row["upper"], value, gap, seconds, row["lower"], row["seconds"]),
        row["upper"] <= value * factor and row["valid"] == "True" and row["holds"] == "True"
        and row["lower"] >= row["jacobian"] * (1 - 1e-5) and row["seconds"] <= limit,
    )


def digits_convolutional(bench):
    for kind in ("cnn2", "cnn3"):
        for seed in range(5):
            name = "weights/digits_%s_seed%d.arch.json" % (kind, seed)
            measured, met = against_relaxation(bench, name, 1.01)
            bench.line(
                "digits_%s_seed%d" % (kind, seed),
                "at most 1.01 of LipSDP-Neuron, lower end not below any sampled gradient", measured, met,
            )


def chains(bench):
    with open(os.path.join(bench.testdata, "ref", "published.json")) as file:
        published = json.load(file)
    for chain in CHAINS:
        name = "weights/glipsdp_hidden_" + chain
        known = [entry for entry in published if entry["network"] == name and "SDP" in entry["method"]]
        value = max(entry["value"] for entry in known)
        seconds = min(entry["time_s"] for entry in known)
        found, gap, ours = converged(bench, name + ".npz")
        row = bench.add(bench.measure(chain, path_of(bench, name + ".npz"), value))
        bench.line(
            "hidden chain " + chain, "at most %.8g, faster than %.3g s, checked" % (value, seconds),
            "%.8g, the relaxation in %.3g s; checked: %s" % (row["upper"], ours, row["valid"]),
            row["upper"] <= value * (1 + 1e-6) and ours < seconds and row["valid"],
        )


def dense_images(bench):
    for name in (
        "weights/eclipse_mnist_n100.arch.json", "onnx/mnistfc/mnist-net_256x2.onnx",
        "onnx/mnistfc/mnist-net_256x4.onnx", "onnx/cora/mnist-point.onnx", "onnx/cora/mnist-trades.onnx",
    ):
        measured, met = against_relaxation(bench, name, 1.01, 60)
        bench.line(os.path.basename(name).split(".")[0], "at most 1.01 of LipSDP-Neuron, 60 s", measured, met)
    point, trades = (default_row(bench, "onnx/cora/mnist-%s.onnx" % name) for name in ("point", "trades"))
    bench.line(
        "cora point against trades", "trades ranked far below point",
        "witnesses %.5g and %.5g; upper ends %.6g and %.6g"
        % (point["lower"], trades["lower"], point["upper"], trades["upper"]),
        trades["upper"] < point["lower"],
    )


def exports(bench):
    names = ("oval21/cifar_base_kw", "oval_pt04/cifar_base_kw", "oval_pt04/cifar_base_kw_simp")
    rows = [default_row(bench, "onnx/%s.onnx" % name) for name in names]
    same = all(is_near(row[end], rows[0][end], 1e-6) for row in rows for end in ("lower", "upper"))
    text = "; ".join("[%.9g, %.9g]" % (row["lower"], row["upper"]) for row in rows)
    bench.line("three exports of cifar_base_kw", "the same bracket to 1e-6", text, same)


def convolutions(bench):
    for name in ("glipsdp_versatile/2C2F", "glipsdp_versatile/C-R18", "cifar10_resnet/resnet_2b"):
        row = default_row(bench, "onnx/%s.onnx" % name)
        measured = "%.5g of %.5g (%s), %.0f s" % (row["upper"], row["product"], row["upper_method"], row["seconds"])
        bench.line(name, "at most half of the product of norms", measured, row["upper"] <= row["product"] / 2)


def audits(bench):
    """Curves of two networks on the same 40 images; the test images, column by column."""
    files = [os.path.join(bench.testdata, "data", "mnist", "t10k-" + name) for name in
             ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")]
    options = ["--transpose", "28x28", "--points", 40, "--time-limit", 120]
    half = []
    for name in ("point", "trades"):
        network = path_of(bench, "onnx/cora/mnist-%s.onnx" % name)
        found = bench.run("audit", network, ":".join(files), *options)
        curve = found["certified_accuracy"]
        first = curve[0]["certified"]
        half.append([
            max(row["radius"] for row in curve if row[kind] >= first / 2)
            for kind in ("certified", "local", "attacked")
        ])
    bench.line(
        "audits of cora point and trades, MNIST test", "certified-accuracy curves that separate them",
        "half of the right ones keep their class, proved by constants, near the points, attacked: %s; %s"
        % tuple(", ".join("%.2g" % radius for radius in radii) for radii in half),
        half[1][1] > half[0][1] and half[1][2] > 1.5 * half[0][2],
    )


if __name__ == "__main__":
    measure_parts(
        {
            "exact": exact_ones, "boxes": boxes, "dense": digits_dense, "convolutional": digits_convolutional,
            "chains": chains, "images": dense_images, "exports": exports, "large": convolutions,
            "audits": audits,
        },
        "deep", "sectors", "networks",
    )
