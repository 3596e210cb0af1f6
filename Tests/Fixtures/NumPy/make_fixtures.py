"""Makes the files in this folder: python3 make_fixtures.py (numpy 2.x; ml_dtypes for two of them).

Every array holds 0, 1, 2, … in row-major order of its shape, cast to its type (bool: odd is True;
complex: element n is n − n·i), so that the tests know the numbers without reading anything here.
"""

import io
import os
import struct

import ml_dtypes
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))

TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1", "c8", "c16"]


def counting(shape, dtype):
    n = np.arange(int(np.prod(shape)))
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        n = n % 2
    if dtype.kind == "c":
        n = n * (1 - 1j)
    return n.astype(dtype).reshape(shape)


np.savez("types.npz", **{t: counting((2, 3), t) for t in TYPES})
np.savez("big_endian.npz", **{t: counting((2, 3), ">" + t) for t in TYPES})
np.savez(
    "fortran.npz",
    plain=np.asfortranarray(counting((2, 3, 4), "f4")),
    big=np.asfortranarray(counting((3, 5), ">f8")),
    bytes=np.asfortranarray(counting((4, 3, 2, 2), "u1")),
    vector=np.asfortranarray(counting((7,), "i4")),
    empty=np.asfortranarray(counting((3, 0, 2), "f4")),
)
np.savez_compressed(
    "packed.npz", counting=counting((10, 100), "f4"), zeros=np.zeros((60, 60), "f4"),
    fortran=np.asfortranarray(counting((6, 7), ">i2")), empty=np.zeros((0,), "f8"))
np.savez(
    "shapes.npz", scalar=np.float32(0), empty=np.zeros((0, 3), "f4"), vector=counting((5,), "f4"),
    deep=counting((1, 2, 1, 3, 1, 2), "f4"))
np.savez("names.npz", **{
    "/model.0/conv/Conv_output_0": counting((1,), "f4"), "serving_default_input:0":
    counting((2,), "f4"), "größe ✓": counting((3,), "f4"), "a b": counting((4,), "f4"),
    "x.npy": counting((5,), "f4")})
np.savez("none.npz")

for version in [(1, 0), (2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, counting((2, 3), "f4"), version=version)

# What Python 2 wrote: long integers, other spacing and order of keys.
header = b"{'shape': (2L, 3L), 'fortran_order':False,\"descr\":'<f4'}"
header += b" " * (64 - (10 + len(header) + 1) % 64) + b"\n"
with open("python2.npy", "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    f.write(counting((2, 3), "f4").tobytes())

np.save("bfloat16.npy", counting((2, 3), "f4").astype(ml_dtypes.bfloat16))
np.save("float8.npy", counting((2, 3), "f4").astype(ml_dtypes.float8_e4m3fn))

# Refused, each with a reason of its own.
np.save("object.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save("record.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save("text.npy", np.array(["ab", "c"]))
np.save("bytes.npy", np.array([b"ab", b"c"]))
np.save("date.npy", np.array(["2020-01-01"], dtype="M8[D]"))
np.save("longdouble.npy", np.zeros(2, dtype=np.longdouble))

# Expected files of the writer.
np.save("written_matrix.npy", counting((2, 3), "f4"))
np.save("written_scalar.npy", np.array(7, dtype="i8"))
np.save("written_bool.npy", counting((5,), "b1"))
