#!/usr/bin/env python3
"""Makes Tests/Fixtures/Safetensors: files that the reference implementation wrote, and a table of
damaged headers with what the reference implementation says of each.

Needs safetensors 0.8.0 and numpy (pip install safetensors==0.8.0); expected results come from
there, never from bnfold.
"""
import json
import os
import struct

import numpy as np
import safetensors
from safetensors.numpy import load, save

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "Fixtures", "Safetensors")
assert safetensors.__version__ == "0.8.0", safetensors.__version__


def file(header, data=b"", length=None):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def tensor(begin=0, end=4, dtype="F32", shape="[1]", extra=""):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]{extra}}}'


def more(text):
    return file('{"a":' + tensor(extra=',"more":' + text) + "}", D)


T, D = tensor(), b"\0\0\x80\x3f"
CASES = {
    "good": file(f'{{"a":{T}}}', D),
    "empty object": file("{}"),
    "empty name": file(f'{{"":{T}}}', D),
    "scalar": file(f'{{"a":{tensor(shape="[]")}}}', D),
    "zero size": file(f'{{"a":{tensor(0, 0, shape="[0,3]")}}}'),
    "zero size between": file(
        f'{{"a":{T},"z":{tensor(4, 4, shape="[0]")},"b":{tensor(4, 8)}}}', D + D),
    "escaped name": file(f'{{"\\u0061\\n\\ud83d\\ude00":{T}}}', D),
    "any order": file(f'{{"b":{tensor(4, 8)},"a":{T}}}', D + D),
    "metadata": file(f'{{"__metadata__":{{"format":"pt"}},"a":{T}}}', D),
    "metadata null": file(f'{{"__metadata__":null,"a":{T}}}', D),
    "metadata number": file(f'{{"__metadata__":{{"a":1}},"a":{T}}}', D),
    "metadata array": file(f'{{"__metadata__":[],"a":{T}}}', D),
    "trailing blanks": file(f'{{"a":{T}}} \t\n  ', D),
    "leading blanks": file(f'  {{"a":{T}}}', D),
    "trailing nul": file(f'{{"a":{T}}}\0\0', D),
    "trailing text": file(f'{{"a":{T}}}x', D),
    "byte order mark": file(b"\xef\xbb\xbf" + f'{{"a":{T}}}'.encode(), D),
    "top-level array": file("[]"),
    "top-level null": file("null"),
    "twice the same": file(f'{{"a":{T},"a":{T}}}', D),
    "twice different": file(f'{{"a":{T},"a":{tensor(4, 8)}}}', D + D),
    "dtype twice": file(
        '{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', D),
    "float shape": file(f'{{"a":{tensor(shape="[1.0]")}}}', D),
    "exponent shape": file(f'{{"a":{tensor(shape="[1e0]")}}}', D),
    "negative shape": file(f'{{"a":{tensor(shape="[-1]")}}}', D),
    "minus zero shape": file(f'{{"a":{tensor(0, 0, shape="[-0]")}}}'),
    "leading zero shape": file(f'{{"a":{tensor(shape="[01]")}}}', D),
    "string shape": file(f'{{"a":{tensor(shape=chr(34) + "1" + chr(34))}}}', D),
    "shape overflow": file(f'{{"a":{tensor(shape="[4294967296,4294967296]")}}}', D),
    "shape 2^64": file(f'{{"a":{tensor(shape="[18446744073709551616]")}}}', D),
    "shape 1e400": file(f'{{"a":{tensor(shape="[1e400]")}}}', D),
    "lower-case dtype": file(f'{{"a":{tensor(dtype="f32")}}}', D),
    "unknown dtype": file(f'{{"a":{tensor(dtype="F33")}}}', D),
    "missing dtype": file('{"a":{"shape":[1],"data_offsets":[0,4]}}', D),
    "missing shape": file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', D),
    "missing offsets": file('{"a":{"dtype":"F32","shape":[1]}}', D),
    "one offset": file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', D),
    "three offsets": file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}', D),
    "offsets swapped": file(f'{{"a":{tensor(4, 0)}}}', D),
    "negative offset": file(f'{{"a":{tensor(-4, 0)}}}', D),
    "offset 2^64": file(f'{{"a":{tensor(0, 2**64)}}}', D),
    "offset past the end": file(f'{{"a":{tensor(0, 8, shape="[2]")}}}', D),
    "size differs": file(f'{{"a":{tensor(shape="[2]")}}}', D),
    "hole before": file(f'{{"a":{tensor(4, 8)}}}', D + D),
    "hole between": file(f'{{"a":{T},"b":{tensor(8, 12)}}}', D * 3),
    "overlap": file(f'{{"a":{T},"b":{tensor(2, 6)}}}', D + D),
    "same bytes twice": file(f'{{"a":{T},"b":{T}}}', D),
    "trailing bytes": file(f'{{"a":{T}}}', D + b"\0"),
    "odd four-bit": file(f'{{"a":{tensor(0, 1, "F4", "[1]")}}}', b"\0"),
    "even four-bit": file(f'{{"a":{tensor(0, 1, "F4", "[2]")}}}', b"\0"),
    "six-bit": file(f'{{"a":{tensor(0, 3, "F6_E2M3", "[4]")}}}', b"\0\0\0"),
    "six-bit odd": file(f'{{"a":{tensor(0, 3, "F6_E3M2", "[3]")}}}', b"\0\0\0"),
    "unknown key": more('[1,{"x":null}]'),
    "unknown key 1e400": more("1e400"),
    "deep": file('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"),
    "deep unknown key": more("[" * 1000 + "]" * 1000),
    "lone surrogate": file(f'{{"\\ud800":{T}}}', D),
    "swapped surrogates": file(f'{{"\\ude00\\ud83d":{T}}}', D),
    "bad escape": file(f'{{"\\x":{T}}}', D),
    "control character": file(f'{{"a\n":{T}}}', D),
    "nul in a name": file(f'{{"a\\u0000":{T}}}', D),
    "invalid utf-8": file(b'{"\xff":' + T.encode() + b"}", D),
    "overlong utf-8": file(b'{"\xc0\x80":' + T.encode() + b"}", D),
    "single quotes": file("{'a':1}"),
    "trailing comma": file(f'{{"a":{T},}}', D),
    "comment": file(f'{{/**/"a":{T}}}', D),
    "unclosed": file(f'{{"a":{T}', D),
    "length 0": file(b"", b"", 0),
    "length 1": file("{", b""),
    "length 7 of nothing": struct.pack("<Q", 7),
    "length too long": file(f'{{"a":{T}}}', D, 1000),
    "length 100,000,001": file("{}", b"", 100_000_001),
    "length 2^63": file("{}", b"", 2**63),
    "length 2^64 - 1": file("{}", b"", 2**64 - 1),
    "seven bytes": b"\2\0\0\0\0\0\0",
    "nothing": b"",
}


def judge(data):
    try:
        safetensors.deserialize(data)
        return True
    except Exception:
        return False


os.makedirs(OUT, exist_ok=True)
table = [dict(name=name, hex=data.hex() if len(data) < 1000 else None,
              nested=len(data) if len(data) >= 1000 else None, accepted=judge(data))
         for name, data in CASES.items()]
with open(os.path.join(OUT, "headers.json"), "w") as out:
    json.dump([row for row in table if row["hex"] is not None], out, indent=1)
    out.write("\n")
for row in table:
    if row["hex"] is None:
        print(f"not recorded, {row['nested']} bytes: {row['name']}: {row['accepted']}")

random = np.random.default_rng(5)
arrays = {}
for dtype in ("bool", "uint8", "int8", "int16", "uint16", "float16", "int32", "uint32", "float32",
              "complex64", "float64", "int64", "uint64"):
    for shape in ((2, 3), (), (0, 4), (5,)):
        value = random.integers(0, 2 if dtype == "bool" else 100, shape)
        arrays[f"{dtype}.{len(shape)}.{int(np.prod(shape))}"] = np.asarray(value).astype(dtype)
arrays["größe/weight:0"] = np.float32([1, 2])
with open(os.path.join(OUT, "types.safetensors"), "wb") as out:
    out.write(save(arrays, metadata={"format": "np"}))
with open(os.path.join(OUT, "types.json"), "w") as out:
    json.dump({k: dict(dtype=str(v.dtype), shape=list(v.shape), hex=v.tobytes().hex())
               for k, v in arrays.items()}, out, indent=1)
    out.write("\n")
assert all(np.array_equal(v, arrays[k]) for k, v in load(save(arrays)).items())
