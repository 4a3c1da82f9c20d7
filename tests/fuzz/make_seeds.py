#!/usr/bin/python3
"""make_seeds.py - writes the hand-made part of the corpus: small files that are right, and small
files with one thing wrong. Usage: make_seeds.py CORPUS_FOLDER"""
import gzip, io, json, os, struct, sys, warnings, zipfile
import numpy as np

warnings.simplefilter("ignore")
root = sys.argv[1]


def put(reader, name, content):
    os.makedirs(os.path.join(root, reader), exist_ok=True)
    with open(os.path.join(root, reader, name), "wb") as out:
        out.write(content)


def archive(save=np.savez, **arrays):
    out = io.BytesIO()
    save(out, **arrays)
    return out.getvalue()


def member(header, data, version=b"\1\0", pack=zipfile.ZIP_STORED):
    text = header.encode("latin1")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", pack) as z:
        size = struct.pack("<H" if version[0] == 1 else "<I", len(text))
        z.writestr("X.npy", b"\x93NUMPY" + version + size + text + data)
        z.writestr("y.npy", b"\x93NUMPY" + version + size + text + data)
    return out.getvalue()


X = np.array([[1, 2], [3, 4], [5, 6]])
y = np.array([1, -1, 1])
for kind in "<f4 >f4 <f8 >f8 |i1 >i2 <i4 <i8 |u1 <u2 >u8 |b1".split():
    name = kind.strip("<>|") + (".big" if kind[0] == ">" else "")
    put("npz", name, archive(X=X.astype(kind), y=y.astype(kind)))
put("npz", "fortran", archive(X=np.asfortranarray(X), y=y))
put("npz", "packed", archive(np.savez_compressed, X=X * 0.1, y=np.stack([y, y], 1)))
put("npz", "nan", archive(X=X * np.nan, y=y))
put("npz", "no-y", archive(X=X))
put("npz", "rank-0", archive(X=np.float64(1), y=y))
put("npz", "empty-archive", archive())
put("npz", "cut", archive(X=X, y=y)[:-30])
header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }"
put("npz", "huge-rows", member(header % 10**18, bytes(16)))
put("npz", "overflow", member(header % "4294967296, 4294967296, 4294967296", bytes(16)))
put("npz", "zero-and-huge", member(header % "0, 18446744073709551615, 3", b""))
put("npz", "version-3", member(header % "2", bytes(16), b"\3\0", zipfile.ZIP_DEFLATED))
put("npz", "two-keys", member("{'shape': (2,), 'shape': (2,), 'descr': '<f8'}", bytes(16)))
put("npz", "open-string", member("{'descr': '<f8", bytes(16)))
put("npz", "bomb", member(header % 3, bytes(1 << 20), pack=zipfile.ZIP_DEFLATED))
wide = archive(X=X, y=y)
end = wide.rfind(b"PK\5\6")
record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, *struct.unpack("<II", wide[end + 12:end + 20]))
locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
put("npz", "zip64", wide[:end] + record + locator + wide[end:end + 8] + b"\xff" * 12 + b"\0\0")
put("npz", "zip64-outside", wide[:end] + locator.replace(struct.pack("<Q", end), b"\xff" * 8) + wide[end:end + 8] + b"\xff" * 12 + b"\0\0")

for name, text in {
    "plain": "1,2,3\n4,5,6\n", "header": "a,b,y\n1,2,3\n", "words": "1,cat\n2,dog\n3,cat\n",
    "crlf": "1,2\r\n3,4\r\n\r\n", "quotes": 'x,"a ""b"", c"\n"1","two\nlines"\n', "bom": "\ufeff1,2\n",
    "missing": "1,,3\n", "short": "1,2,3\n4\n", "nan": "1,nan\n", "open-quote": '1,"2\n', "nothing": "",
    "blank": "\n \n\t\r\n", "one-column": "1\n2\n", "hex": "0x1p3,1e999,-0\n", "long": "1" * 600 + ",2\n",
    "mixed": "1,cat\n2,3\n", "header-alone": "a,b\n", "spaces": " 1 , 2 ,\t3 \n", "zero-byte": "1,\0002\n",
}.items():
    put("csv", name, text.encode())


def idx(kind, shape, data):
    return bytes([0, 0, kind, len(shape)]) + struct.pack(">%dI" % len(shape), *shape) + data


def pair(images, labels):
    return struct.pack(">H", len(images)) + images + labels


images, labels = idx(8, (3, 2, 2), bytes(range(12))), idx(8, (3,), b"\1\2\1")
packed = gzip.compress(images, mtime=0)
put("idx", "bytes", pair(images, labels))
put("idx", "packed", pair(packed, gzip.compress(labels, mtime=0)))
put("idx", "cut", pair(packed[:-9], labels))
put("idx", "sum", pair(packed[:-8] + bytes(4) + packed[-4:], labels))
put("idx", "after", pair(gzip.compress(images + b"more", mtime=0), labels))
put("idx", "exchanged", pair(labels, images))
put("idx", "other-n", pair(images, idx(8, (2,), b"\1\2")))
put("idx", "huge", pair(idx(14, (2**32 - 1,) * 5, b""), labels))
put("idx", "huge-packed", pair(gzip.compress(idx(8, (2**32 - 1, 9), b""), mtime=0), labels))
put("idx", "no-type", pair(idx(10, (3, 1), b"abc"), labels))
put("idx", "zero", pair(idx(8, (3, 0), b""), labels))
for kind, form in {9: "b", 11: "h", 12: "i", 13: "f", 14: "d"}.items():
    put("idx", "type-%d" % kind, pair(idx(kind, (3, 1), struct.pack(">3" + form, -1, 0, 1)), labels))


def plain(**arrays):
    """An archive as liplaw writes it: stored, of 1980, nothing but names, sizes and sums."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, value in arrays.items():
            value = np.asarray(value)
            text = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (value.dtype.str, value.shape)
            text = text.ljust(-(11 + len(text)) % 64 + len(text)) + "\n"
            info = zipfile.ZipInfo(name + ".npy")
            info.create_system = 0
            z.writestr(info, b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + value.tobytes())
            info.external_attr = 0
    return out.getvalue()


good = dict(format="liplaw certificate 1", network="0123456789abcdef" * 4, output="1-0", norm="2", domain="data",
            radius=0.5, centers=np.array([[1.0, 2], [3, 4]]), lower=1.5, upper=2.5, x=np.array([1.0, 2]),
            direction=np.array([-1.0, 1]), proof="multipliers", proof_ball=np.array([0.0]),
            proof_multipliers=np.array([[1.0, 2, 3]]))
put("certificate", "good", plain(**good))
put("certificate", "numpy", archive(**good))
put("certificate", "packed", archive(np.savez_compressed, **good))
for name, change in {
    "space": dict(domain="space"), "box": dict(domain="box"), "torus": dict(domain="torus"),
    "nan": dict(lower=np.nan), "infinite": dict(upper=np.inf), "negative": dict(lower=-1.0), "none": dict(lower=0.0),
    "rank": dict(x=1.0), "other-d": dict(x=np.array([1.0])), "f4": dict(radius=np.float32(0.5)),
    "no-hash": dict(network="0"), "output": dict(output="01"), "norm": dict(norm="3"), "kind": dict(proof="faith"),
    "extra": dict(date=1.0), "text": dict(proof_ball="0"), "greek": dict(norm="\u03b1"), "no-text": dict(proof=1.0),
    "many": {"proof_%d" % i: 1.0 for i in range(9)}, "far": dict(format="liplaw certificate 2"),
}.items():
    put("certificate", name, plain(**{**good, **change}))
put("certificate", "cut", plain(**good)[:-30])

layers = lambda shape, *ops: json.dumps({"input_shape": shape, "layers": list(ops)}).encode()
put("arch", "dense", layers([4], {"op": "linear", "weight": "w", "bias": "u"}, {"op": "elu", "alpha": 0.5}))
put("arch", "image", layers(
    [2, 5, 4], {"op": "conv2d", "weight": "k", "bias": "u", "stride": [2, 1], "padding": 1, "name": "a"},
    {"op": "batchnorm2d", "running_mean": "u", "running_var": "u", "weight": "u", "eps": 1e-3},
    {"op": "maxpool2d", "kernel": 2, "stride": 1}, {"op": "leaky_relu", "alpha": 0.1},
    {"op": "conv2d", "weight": "k", "dilation": [1, 2], "padding": [1, 1, 1, 1]},
    {"op": "global_avgpool2d"}, {"op": "flatten"}, {"op": "concat", "from": ["6:flatten", "6:flatten"]},
    {"op": "linear", "weight": "w"}, {"op": "softmax"}))
put("arch", "groups", layers(
    [4, 1, 9], {"op": "conv2d", "weight": "g", "bias": "v", "groups": 4, "padding": [0, 1]},
    {"op": "avgpool2d", "kernel": [1, 3], "stride": 2, "padding": [0, 1], "count_include_pad": False},
    {"op": "add", "from": ["1:avgpool2d", "1:avgpool2d"]}, {"op": "power", "p": 3}))
put("arch", "sizes", layers(
    [1, 8, 8], {"op": "conv2d", "filters": 4, "kernel": 3, "padding": "same", "norm": 2, "bias_norm": 1},
    {"op": "relu"}, {"op": "maxpool2d", "kernel": 2}, {"op": "batchnorm2d", "norm": 1}, {"op": "flatten"},
    {"op": "linear", "from": ["4:flatten", "4:flatten"], "outputs": 3, "bias": False}))
put("arch", "huge", layers([2147483647], {"op": "linear", "outputs": 4194304}, {"op": "tanh"}))
put("arch", "doubling", layers([2], *[{"op": "concat", "from": [f"{i - 1}:concat" if i else "input"] * 2}
                                     for i in range(40)]))
put("arch", "unknown-key", layers([4], {"op": "relu", "inplace": True}))
put("arch", "cut", layers([4], {"op": "relu"})[:-2])
