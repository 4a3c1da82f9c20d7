"""networks.py LIPLAW RESULTS README [--testdata DIR] [--time-limit S] [--only TEXT,...] - a certified
bracket of every network of the test data, on the whole space in the norm 2.

Each is measured with a certificate, which `liplaw check` then proves again, and held against numbers
of an independent program (ref/reference.json): the upper end is not below the norm of any Jacobian
there, nor above the product of norms. Writes RESULTS.csv, one row a network, after each of them, and
the summary between the markers `networks` of README. With --only rows of other networks stay."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import tables

FIELDS = [
    "network", "inputs", "outputs", "nodes", "layers", "parameters", "lower", "upper", "ratio", "certified", "valid",
    "lower_method", "upper_method", "product", "jacobian", "holds", "stopped", "seconds", "proof_seconds",
    "megabytes", "error",
]
SAME = 1e-5  # the reference's Jacobians are differences of f32 or f64 evaluations


def run(words):
    """The answer, wall seconds, and the largest memory in megabytes."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([str(word) for word in words] + ["--json"], stdout=out, stderr=err)
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0  # waited for already
        out.seek(0)
        err.seek(0)
        text, cause = out.read(), err.read().decode()
    answer = json.loads(text) if text else {"error": cause.strip() or "no answer"}
    return answer, time.monotonic() - begin, usage.ru_maxrss / 1024


def network_path(testdata, name):
    if not name.endswith(".arch.json"):
        return os.path.join(testdata, name)
    base = os.path.join(testdata, name[: -len(".arch.json")])
    return base + (".npz" if os.path.exists(base + ".npz") else ".safetensors")


def measure(liplaw, path, name, reference, limit, certificate):
    found, seconds, megabytes = run(
        [liplaw, "measure", path, "--time-limit", limit, "--certificate", certificate]
    )
    row = dict.fromkeys(FIELDS)
    row.update(network=name, seconds=round(seconds, 2), megabytes=round(megabytes))
    row["jacobian"] = max(reference.get("jac_l2_at_points", [0]))
    if "upper" not in found:
        row.update(error=found.get("error"), certified=False, valid=False, holds=False)
        return row
    row.update({key: found[key] for key in FIELDS if key in found and key != "nodes"})
    row.update(
        seconds=round(seconds, 2), nodes=len(found["nodes"]), inputs=len(found["witness"]),
        outputs=reference.get("outputs"),
    )
    products = [b["value"] for b in found["bounds"] if b["method"] == "product"]
    row["product"] = min(products) if products else None
    row["valid"] = False
    if found["certified"]:
        checked, _, _ = run([liplaw, "check", path, certificate])
        row.update(valid=checked.get("valid", False), proof_seconds=round(checked.get("seconds", 0), 2))
        os.remove(certificate)
    row["holds"] = (
        row["upper"] is not None
        and row["upper"] >= row["jacobian"] * (1 - SAME)
        and row["lower"] <= row["upper"]
        and (not products or row["upper"] <= row["product"] * (1 + 1e-9))
    )
    return row


def summary(rows, limit):
    rows = [row for row in rows if row["network"]]
    certified = [row for row in rows if str(row["valid"]) == "True"]
    wrong = [row["network"] for row in rows if row["upper"] and str(row["holds"]) != "True"]
    slow = max((float(row["seconds"]) for row in rows), default=0)
    large = max((float(row["megabytes"]) for row in rows), default=0)
    text = "%d of %d networks have a certified bracket that `liplaw check` proves again; against the" % (
        len(certified), len(rows)
    )
    text += " reference's Jacobians and products of norms %s. At most %.0f s (limit %g s) and %.0f MB." % (
        "all hold" if not wrong else "%s do not hold" % ", ".join(wrong), slow, limit, large
    )
    tight = sorted(rows, key=lambda row: float(row["ratio"] or "inf") if row["ratio"] else 1e300)
    exact = sum(1 for row in tight if row["ratio"] and float(row["ratio"]) <= 1 + 1e-9)
    half = float(tight[len(tight) // 2]["ratio"]) if tight and tight[len(tight) // 2]["ratio"] else None
    return text + " Exact to 1e-9: %d; the median of upper / lower is %s. On %s, one thread a network." % (
        exact, tables.show(half), tables.processor()
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("liplaw")
    parser.add_argument("results")
    parser.add_argument("readme")
    parser.add_argument("--testdata", default=os.path.join(os.path.dirname(__file__), "../../shared/testdata"))
    parser.add_argument("--time-limit", type=float, default=60)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    source = os.path.join(arguments.testdata, "ref", "reference.json")
    if not os.path.exists(source):
        sys.exit("networks: no test data in %s: skipped" % arguments.testdata)
    with open(source) as file:
        reference = json.load(file)
    table = arguments.results + ".csv"
    known = {row["network"]: row for row in tables.read_csv(table)} if os.path.exists(table) else {}
    if not arguments.only:
        known = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(reference):
            if "/refuse/" in name or not any(text in name for text in arguments.only.split(",")):
                continue
            known[name] = measure(
                os.path.abspath(arguments.liplaw), network_path(arguments.testdata, name), name,
                reference[name], arguments.time_limit, os.path.join(folder, "certificate"),
            )
            print(" | ".join(str(known[name][key]) for key in FIELDS), flush=True)
            tables.write_csv(table, FIELDS, [known[key] for key in sorted(known)])
    tables.fill(arguments.readme, "networks", summary(list(known.values()), arguments.time_limit))


if __name__ == "__main__":
    main()
