#!/usr/bin/env python3
"""Makes Tests/Fixtures/Images: small PNG, JPEG and IDX files and what is in them.

    pip install numpy onnx; apt-get install libjpeg-turbo-progs
    python3 Tests/Recipes/image_cases.py Tests/Fixtures/Images

PNG files are put together here from pixels, which expected.npz holds. JPEG files come from cjpeg, and
their pixels from djpeg with the accurate integer DCT. Samples made of images come from the reference
evaluator of ONNX: Resize (linear, half_pixel, antialias = 1, exclude_outside = 1), then the middle, then (x/255 - mean)/std.
"""
import gzip
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

HERE = sys.argv[1]
os.makedirs(HERE, exist_ok=True)
random = np.random.default_rng(3)
expected = {}


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data)))


def png(name, pixels, colour, depth=8, extra=b""):
    height, width = pixels.shape[:2]
    kind = ">u2" if depth == 16 else "u1"
    rows = b"".join(b"\0" + row.astype(kind).tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    write(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
          + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# A gradient with some noise, 12 rows of 16.
y, x = np.mgrid[0:12, 0:16]
rgb = np.stack([x * 15, y * 20, 255 - x * 8 - y * 8], 2) + random.integers(-9, 10, (12, 16, 3))
rgb = rgb.clip(0, 255).astype(np.uint8)
luma = ((rgb.astype(int) @ np.array([299, 587, 114]) + 500) // 1000).astype(np.uint8)
png("rgb.png", rgb, 2)
expected["rgb.png"] = rgb
expected["rgb.png.gray"] = luma
png("rgba.png", np.dstack([rgb, random.integers(0, 256, (12, 16))]), 6)
expected["rgba.png"] = rgb
png("gray.png", luma, 0)
expected["gray.png"] = np.dstack([luma] * 3)
expected["gray.png.gray"] = luma
# 257 times a byte is that byte in 16 bits, exactly.
png("gray16.png", luma.astype(int) * 257, 0, depth=16)
expected["gray16.png"] = np.dstack([luma] * 3)
palette = random.integers(0, 256, (7, 3)).astype(np.uint8)
indices = random.integers(0, 7, (12, 16))
png("palette.png", indices, 3, extra=chunk(b"PLTE", palette.tobytes()))
expected["palette.png"] = palette[indices]

ppm = os.path.join(HERE, "rgb.ppm")
write("rgb.ppm", b"P6 16 12 255\n" + rgb.tobytes())
for name, options in [("colour.jpg", ["-quality", "90"]),
                      ("progressive.jpg", ["-quality", "90", "-progressive"]),
                      ("gray.jpg", ["-quality", "90", "-grayscale"])]:
    path = os.path.join(HERE, name)
    with open(path, "wb") as file:
        subprocess.run(["cjpeg", *options, ppm], stdout=file, check=True)
    raw = subprocess.run(["djpeg", "-dct", "int", "-pnm", path], stdout=subprocess.PIPE,
                         check=True).stdout
    kind, size, most, pixels = raw.split(b"\n", 3)
    shape = (12, 16, 3) if kind == b"P6" else (12, 16)
    pixels = np.frombuffer(pixels, np.uint8).reshape(shape)
    expected[name] = pixels if pixels.ndim == 3 else np.dstack([pixels] * 3)
    if pixels.ndim == 2:
        expected[name + ".gray"] = pixels
os.remove(ppm)


def resized(pixels, height, width):
    node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear", antialias=1, exclude_outside=1,
                            coordinate_transformation_mode="half_pixel")
    chw = np.moveaxis(pixels, 2, 0)[None].astype(np.float64)
    graph = helper.make_graph(
        [node], "resize", [helper.make_tensor_value_info("x", TensorProto.DOUBLE, None),
                           helper.make_tensor_value_info("sizes", TensorProto.INT64, [4])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)])
    sizes = np.array([1, 3, height, width], np.int64)
    return ReferenceEvaluator(model).run(None, {"x": chw, "sizes": sizes})[0][0]


def middle(chw, height, width):
    top, left = (chw.shape[1] - height) // 2, (chw.shape[2] - width) // 2
    return chw[:, top:top + height, left:left + width]


# 16 x 12 covers 6 rows of 5 when it has 8 x 6: width 16 * 6 / 12.
expected["sample.shrunk"] = middle(resized(rgb, 6, 8), 6, 5)
# The shorter side 9, the longer 12; 20 rows need it larger: 26 x 20.
expected["sample.side9"] = middle(resized(rgb, 9, 12), 6, 5)
expected["sample.grown"] = middle(resized(rgb, 20, 26), 20, 24)
expected["sample.same"] = np.moveaxis(rgb, 2, 0).astype(np.float64)

digits = random.integers(0, 256, (3, 4, 5)).astype(np.uint8)
idx = struct.pack(">HBB3I", 0, 8, 3, *digits.shape) + digits.tobytes()
write("digits.idx", idx)
write("digits.idx.gz", gzip.compress(idx, mtime=0))
expected["digits"] = digits
np.savez(os.path.join(HERE, "expected.npz"), **expected)
