#!/usr/bin/env python3
"""Makes Tests/Fixtures/Darknet: small networks in the structures of YOLOv2, v3, v4 and v4-tiny,
EfficientNet and Darknet's classifiers, with random weights, an input, and what each layer makes of
it by each formula of batch normalization.

Expected numbers are computed here in float64, from Darknet's description and nothing of bnfold's;
where OpenCV 4.14 (opencv-python-headless==4.14.0.94) reads a network, its float32 results are
recorded too and have to agree with the float64 ones by its own formula.

Variances are log-uniform from 1e-7 to 1e2, so that the formulas can be told apart.
"""
import json
import os

import cv2
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "Fixtures", "Darknet")
SAMPLES = os.path.join(HERE, "..", "..", "samples")
FORMULAS = {
    "alexeyab": lambda v: np.sqrt(v + f32(1e-5)),
    "pjreddie-cpu": lambda v: np.sqrt(v) + 1e-6,
    "opencv": lambda v: np.sqrt(v + f32(1e-6)),
}


def conv(filters, size=3, stride=1, activation="leaky", bn=1, pad=1, **more):
    return ("convolutional", dict(batch_normalize=bn, filters=filters, size=size, stride=stride,
                                  pad=pad, activation=activation, **more))


def layer(type, /, **options):
    return (type, options)


YOLO = dict(mask="0,1", anchors="10,13, 16,30, 33,23", classes=1, num=3)
NETS = {
    "yolov2": [conv(8), layer("maxpool", size=2, stride=2), conv(16), conv(8, 1), conv(16),
               layer("maxpool", size=2, stride=2), conv(24), layer("route", layers=-3),
               conv(8, 1), layer("reorg", stride=2), layer("route", layers="-1,-4"), conv(16),
               conv(12, 1, activation="linear", bn=0),
               layer("region", anchors="1.08,1.19, 3.42,4.41", classes=1, coords=4, num=2,
                     softmax=1)],
    "yolov3": [conv(8), conv(16, stride=2), conv(8, 1), conv(16),
               layer("shortcut", **{"from": -3, "activation": "linear"}), conv(24, stride=2),
               conv(12, 1), conv(24), layer("shortcut", **{"from": -3, "activation": "linear"}),
               conv(12, 1), conv(12, 1, activation="linear", bn=0), layer("yolo", **YOLO),
               layer("route", layers=-3), conv(8, 1), layer("upsample", stride=2),
               layer("route", layers="-1, 4"), conv(12), conv(12, 1, activation="linear", bn=0),
               layer("yolo", **YOLO)],
    "yolov4": [conv(8, activation="mish"), conv(16, stride=2, activation="mish"),
               conv(8, 1, activation="mish"), layer("route", layers=-2),
               conv(8, 1, activation="mish"), conv(8, 1, activation="mish"),
               conv(8, activation="mish"),
               layer("shortcut", **{"from": -3, "activation": "linear"}),
               conv(8, 1, activation="mish"), layer("route", layers="-1,-7"),
               conv(16, 1, activation="mish"), conv(16, stride=2), conv(8, 1),
               layer("maxpool", stride=1, size=5), layer("route", layers=-2),
               layer("maxpool", stride=1, size=9), layer("route", layers=-4),
               layer("maxpool", stride=1, size=13), layer("route", layers="-1,-3,-5,-6"),
               conv(12, 1), conv(12, 1, activation="linear", bn=0), layer("yolo", **YOLO)],
    "yolov4-tiny": [conv(8, stride=2), conv(16), layer("route", layers=-1, groups=2, group_id=1),
                    conv(8), conv(8), layer("route", layers="-1,-2"), conv(16, 1),
                    layer("route", layers="-6,-1"), layer("maxpool", size=2, stride=2), conv(24),
                    conv(12, 1, activation="linear", bn=0),
                    layer("yolo", scale_x_y=1.05, **YOLO)],
    "efficientnet": [conv(8, stride=2, activation="swish"), conv(16, 1, activation="swish"),
                     conv(16, groups=16, activation="swish"), layer("avgpool"),
                     conv(4, 1, bn=0, activation="swish"), conv(16, 1, bn=0, activation="logistic"),
                     layer("scale_channels", **{"from": -4}), conv(8, 1, activation="linear"),
                     layer("dropout", probability=0.0),
                     layer("shortcut", **{"from": -9, "activation": "linear"}),
                     conv(16, groups=2, activation="relu"), conv(10, 1, bn=0),
                     layer("avgpool"), layer("softmax", groups=1), layer("cost", type="sse")],
    "classifier": [layer("crop", crop_height=24, crop_width=28, flip=0, noadjust=0),
                   conv(8, 5, stride=2, activation="elu", pad=0, padding=1),
                   layer("maxpool", size=3, stride=2, padding=1), layer("batchnorm"),
                   conv(6, 1, activation="selu"), conv(6, activation="relu6", bn=0),
                   conv(6, activation="hardtan", groups=2, dilation=2), conv(6, activation="hard_mish"),
                   conv(6, activation="tanh"), conv(6, activation="loggy"),
                   conv(6, activation="ramp"), conv(6, activation="plse"),
                   conv(6, activation="lhtan"), conv(6, activation="gelu"),
                   conv(6, activation="relie"), layer("dropout", probability=0.5),
                   layer("connected", batch_normalize=1, output=12, activation="relu"),
                   layer("connected", output=9, activation="linear"),
                   layer("softmax", groups=3, temperature=2)],
    "coordinates": [conv(12, stride=4, activation="logistic"),
                    layer("yolo", scale_x_y=2.0, new_coords=1, **YOLO)],
    "shortcuts": [conv(8), conv(8, activation="swish"), conv(8),
                  layer("shortcut", **{"from": "-2,-3", "weights_type": "per_channel",
                                       "activation": "leaky"}),
                  layer("shortcut", **{"from": -4, "weights_type": "per_feature",
                                       "activation": "linear"}), conv(8, activation="logistic"),
                  layer("sam", **{"from": -2}), layer("reorg3d", stride=2)],
    "places": [conv(6, stride=4), layer("local", filters=5, size=3, stride=2, pad=1,
                                        activation="leaky"),
               layer("deconvolutional", batch_normalize=1, filters=4, size=4, stride=2, padding=1,
                     activation="relu"),
               layer("local", filters=3, size=3, stride=1, pad=0, activation="linear"),
               layer("deconvolutional", filters=5, size=3, stride=1, pad=1, activation="tanh"),
               layer("deconvolutional", batch_normalize=1, filters=2, size=2, stride=3,
                     activation="linear"),
               layer("connected", output=4, activation="linear")],
}
CV = {"yolov2", "yolov3", "yolov4", "yolov4-tiny", "efficientnet"}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def f32(x):
    """A constant of the C code, as it is stored."""
    return np.float64(np.float32(x))


def softplus(x):
    return np.logaddexp(0, x)


ACTIVATIONS = {
    "linear": lambda x: x, "logistic": sigmoid, "relu": lambda x: np.maximum(x, 0),
    "leaky": lambda x: np.where(x > 0, x, x * f32(0.1)),
    "relie": lambda x: np.where(x > 0, x, x * f32(0.01)),
    "elu": lambda x: np.where(x >= 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: f32(1.0507) * np.where(
        x >= 0, x, f32(1.6732) * np.expm1(np.minimum(x, 0))),
    "relu6": lambda x: np.clip(x, 0, 6), "hardtan": lambda x: np.clip(x, -1, 1),
    "tanh": np.tanh, "loggy": lambda x: 2 * sigmoid(x) - 1,
    "ramp": lambda x: x * (x > 0) + x * f32(0.1),
    "plse": lambda x: np.where(x < -4, f32(.01) * (x + 4), np.where(
        x > 4, f32(.01) * (x - 4) + 1, .125 * x + .5)),
    "lhtan": lambda x: np.where(x < 0, f32(.001) * x, np.where(x > 1, f32(.001) * (x - 1) + 1, x)),
    "gelu": lambda x: .5 * x * (1 + np.tanh(f32(.797885) * x + f32(.035677) * x ** 3)),
    "swish": lambda x: x * sigmoid(x), "mish": lambda x: x * np.tanh(softplus(x)),
    "hard_mish": lambda x: np.where(x > 0, x, np.where(x > -2, x * x / 2 + x, 0)),
}


def windows(x, size, stride, pads, fill, dilation=1):
    x = np.pad(x, ((0, 0), pads, pads), constant_values=fill)
    span = dilation * (size - 1) + 1
    view = np.lib.stride_tricks.sliding_window_view(x, (span, span), axis=(1, 2))
    return view[:, ::stride, ::stride, ::dilation, ::dilation]


class Network:
    def __init__(self, name, layers, seed):
        self.name, self.layers = name, layers
        self.random = np.random.default_rng(seed)
        self.shape = (3, 32, 32)
        self.weights = []

    def normal(self, *shape, scale=1.0):
        return (self.random.standard_normal(shape) * scale).astype(np.float32)

    def cfg(self):
        lines = ["[net]", "# made by Tests/Recipes/darknet_cases.py", "batch=1",
                 f"width={self.shape[2]}", f"height={self.shape[1]}", f"channels={self.shape[0]}",
                 ""]
        for type, options in self.layers:
            lines += [f"[{type}]"] + [f"{k}={v}" for k, v in options.items()] + [""]
        return "\n".join(lines)

    def norm(self, n):
        return dict(scales=self.random.uniform(.5, 1.5, n).astype(np.float32),
                    mean=self.normal(n, scale=.1),
                    variance=(10 ** self.random.uniform(-7, 2, n)).astype(np.float32))

    def make_weights(self):
        """In the order of the file; the shape of every layer on the way."""
        shape, shapes, blob = self.shape, [], []
        for index, (type, o) in enumerate(self.layers):
            w = {}
            if type == "convolutional":
                n, k, g = o["filters"], o["size"], o.get("groups", 1)
                c = shape[0] // g
                w["biases"] = self.normal(n)
                if o.get("batch_normalize"):
                    w.update(self.norm(n))
                # So that variances are what comes out, sums are as small as their roots.
                w["weights"] = self.normal(n, c, k, k, scale=1 / np.sqrt(c * k * k))
                if o.get("batch_normalize"):
                    w["weights"] *= np.sqrt(w["variance"]).reshape(-1, 1, 1, 1) + np.float32(3e-3)
                order = ["biases", "scales", "mean", "variance", "weights"]
                pad = k // 2 if o.get("pad") else o.get("padding", 0)
                d = o.get("dilation", 1)
                size = lambda x: (x + 2 * pad * d - d * (k - 1) - 1) // o["stride"] + 1
                shape = (n, size(shape[1]), size(shape[2]))
            elif type == "deconvolutional":
                n, k = o["filters"], o["size"]
                w["biases"] = self.normal(n)
                if o.get("batch_normalize"):
                    w.update(self.norm(n))
                w["weights"] = self.normal(shape[0], n, k, k, scale=1 / np.sqrt(shape[0] * k))
                if o.get("batch_normalize"):
                    w["weights"] *= np.sqrt(w["variance"]).reshape(1, -1, 1, 1) + np.float32(3e-3)
                order = ["biases", "scales", "mean", "variance", "weights"]
                pad = k // 2 if o.get("pad") else o.get("padding", 0)
                size = lambda x: (x - 1) * o["stride"] + k - 2 * pad
                shape = (n, size(shape[1]), size(shape[2]))
            elif type == "local":
                n, k, c = o["filters"], o["size"], shape[0]
                size = lambda x: (x - 1 if o["pad"] else x - k) // o["stride"] + 1
                shape = (n, size(shape[1]), size(shape[2]))
                w["biases"] = self.normal(*shape)
                w["weights"] = self.normal(shape[1] * shape[2], n, c, k, k,
                                           scale=1 / np.sqrt(c * k * k))
                order = ["biases", "weights"]
            elif type == "connected":
                n = o["output"]
                w["biases"] = self.normal(n)
                count = int(np.prod(shape))
                w["weights"] = self.normal(n, count, scale=1 / np.sqrt(count))
                if o.get("batch_normalize"):
                    w.update(self.norm(n))
                order = ["biases", "weights", "scales", "mean", "variance"]
                shape = (n, 1, 1)
            elif type == "batchnorm":
                w["biases"] = self.normal(shape[0])
                w.update(self.norm(shape[0]))
                order = ["biases", "scales", "mean", "variance"]
            elif type == "shortcut" and o.get("weights_type"):
                rows = str(o["from"]).count(",") + 2
                w["weights"] = self.normal(
                    *((rows, shape[0]) if o["weights_type"] == "per_channel" else (rows,)))
                order = ["weights"]
            else:
                order = []
            blob += [w[k].tobytes() for k in order if k in w]
            self.weights.append(w)
            shape = self.next_shape(type, o, shape, shapes, index)
            shapes.append(shape)
        # Version 0.2.5, 64-bit count of images seen.
        return b"\0\0\0\0\2\0\0\0\5\0\0\0" + b"\x40\0\0\0\0\0\0\0" + b"".join(blob)

    def sources(self, value, index):
        numbers = [int(v) for v in str(value).split(",")]
        return [index + n if n < 0 else n for n in numbers]

    def next_shape(self, type, o, shape, shapes, index):
        c, h, w = shape
        if type == "maxpool":
            p = o.get("padding", o["size"] - 1)
            return (c, (h + p - o["size"]) // o["stride"] + 1, (w + p - o["size"]) // o["stride"] + 1)
        if type == "avgpool":
            return (c, 1, 1)
        if type == "route":
            found = [shapes[s] for s in self.sources(o["layers"], index)]
            return (sum(f[0] for f in found) // o.get("groups", 1), *found[0][1:])
        if type == "upsample":
            return (c, h * o["stride"], w * o["stride"])
        if type in ("reorg", "reorg3d"):
            s = o["stride"]
            return (c * s * s, h // s, w // s)
        if type == "crop":
            return (c, o["crop_height"], o["crop_width"])
        if type in ("scale_channels", "sam"):
            return shapes[self.sources(o["from"], index)[0]]
        return shape

    def run(self, x, root):
        outs = []
        x = x.astype(np.float64)
        for index, (type, o) in enumerate(self.layers):
            w = {k: v.astype(np.float64) for k, v in self.weights[index].items()}

            def norm(y, axis):
                shape = [-1] + [1] * (y.ndim - 1)
                y = (y - w["mean"].reshape(shape)) / root(w["variance"]).reshape(shape)
                return y * w["scales"].reshape(shape) + w["biases"].reshape(shape)
            if type == "convolutional":
                k, g, d = o["size"], o.get("groups", 1), o.get("dilation", 1)
                pad = (k // 2 if o.get("pad") else o.get("padding", 0)) * d
                view = windows(x, k, o["stride"], (pad, pad), 0, d)
                ys = [np.einsum("chwij,ncij->nhw", v, f) for v, f in zip(
                    np.split(view, g), np.split(w["weights"], g))]
                y = np.concatenate(ys)
                y = norm(y, 0) if o.get("batch_normalize") else y + w["biases"].reshape(-1, 1, 1)
            elif type == "deconvolutional":
                k, s = o["size"], o["stride"]
                pad = k // 2 if o.get("pad") else o.get("padding", 0)
                n, (_, h, v) = o["filters"], x.shape
                y = np.zeros((n, (h - 1) * s + k, (v - 1) * s + k))
                for i in range(h):
                    for j in range(v):
                        y[:, i * s:i * s + k, j * s:j * s + k] += np.einsum(
                            "c,cnuv->nuv", x[:, i, j], w["weights"])
                y = y[:, pad:y.shape[1] - pad, pad:y.shape[2] - pad]
                y = norm(y, 0) if o.get("batch_normalize") else y + w["biases"].reshape(-1, 1, 1)
            elif type == "local":
                view = windows(x, o["size"], o["stride"], (o["pad"],) * 2, 0)
                y = w["biases"].copy()
                for i in range(y.shape[1]):
                    for j in range(y.shape[2]):
                        y[:, i, j] += np.einsum(
                            "cuv,ncuv->n", view[:, i, j], w["weights"][i * y.shape[2] + j])
            elif type == "connected":
                y = w["weights"] @ x.reshape(-1)
                y = norm(y, 0) if o.get("batch_normalize") else y + w["biases"]
                y = y.reshape(-1, 1, 1)
            elif type == "batchnorm":
                y = norm(x, 0)
            elif type == "maxpool":
                p = o.get("padding", o["size"] - 1)
                y = windows(x, o["size"], o["stride"], (p // 2, p - p // 2), -np.inf).max((3, 4))
            elif type == "avgpool":
                y = x.mean((1, 2), keepdims=True)
            elif type == "route":
                g, i = o.get("groups", 1), o.get("group_id", 0)
                y = np.concatenate([np.split(outs[s], g)[i]
                                    for s in self.sources(o["layers"], index)])
            elif type == "shortcut":
                terms = [x] + [outs[s] for s in self.sources(o["from"], index)]
                if "weights" in w:
                    terms = [t * np.reshape(f, (-1, 1, 1)) for t, f in zip(terms, w["weights"])]
                y = sum(terms)
            elif type in ("scale_channels", "sam"):
                y = outs[self.sources(o["from"], index)[0]] * x
            elif type == "upsample":
                y = x.repeat(o["stride"], 1).repeat(o["stride"], 2)
            elif type in ("reorg", "reorg3d"):
                y = self.reorg(x, o["stride"], type == "reorg")
            elif type == "crop":
                h, v = o["crop_height"], o["crop_width"]
                top, left = (x.shape[1] - h) // 2, (x.shape[2] - v) // 2
                y = x[:, top:top + h, left:left + v] * 2 - 1
            elif type == "softmax":
                z = x.reshape(o.get("groups", 1), -1) / o.get("temperature", 1)
                z = np.exp(z - z.max(1, keepdims=True))
                y = (z / z.sum(1, keepdims=True)).reshape(x.shape)
            else:
                y = x
            if type in ("convolutional", "deconvolutional", "local", "connected", "shortcut",
                        "scale_channels", "sam"):
                y = ACTIVATIONS[o.get("activation", "linear")](y)
            outs.append(y)
            x = y
        return outs

    @staticmethod
    def reorg(x, s, old):
        """Index by index, as Darknet's reorg_cpu has it."""
        c, h, w = x.shape
        flat, out = x.reshape(-1), np.empty(x.size)
        rows, columns, channels, depth = (
            (h, w, c, c // (s * s)) if old else (h // s, w // s, c * s * s, c))
        for k in range(channels):
            for j in range(rows):
                for i in range(columns):
                    place = i + columns * (j + rows * k)
                    offset = k // depth
                    from_w, from_h = i * s + offset % s, j * s + offset // s
                    out[place] = flat[from_w + columns * s * (from_h + rows * s * (k % depth))]
        return out.reshape(c * s * s, h // s, w // s)


def decoded(net, index, y):
    """Boxes of a head, pixel by pixel: [boxes, 5 + classes]."""
    type, o = net.layers[index]
    anchors = np.array([float(v) for v in o["anchors"].split(",")]).reshape(-1, 2)
    unit = np.array([net.shape[2], net.shape[1]], np.float64)
    if type == "yolo":
        anchors = anchors[[int(v) for v in o["mask"].split(",")]]
    else:
        unit = np.array([y.shape[2], y.shape[1]], np.float64)
    c, h, w = y.shape
    entries = 5 + o["classes"]
    boxes = []
    for n, anchor in enumerate(anchors):
        for j in range(h):
            for i in range(w):
                v = y[n * entries:(n + 1) * entries, j, i].copy()
                s = o.get("scale_x_y", 1)
                if o.get("new_coords"):
                    place, size, rest = v[:2], 4 * v[2:4] ** 2, v[4:]
                else:
                    place, size = sigmoid(v[:2]), np.exp(v[2:4])
                    rest = sigmoid(v[4:])
                    if o.get("softmax"):
                        e = np.exp(v[5:] - v[5:].max())
                        rest[1:] = e / e.sum()
                place = (s * place - 0.5 * (s - 1) + np.array([i, j])) / np.array([w, h])
                boxes.append(np.concatenate([place, size * anchor / unit, rest]))
    return np.array(boxes)


def sampled(y):
    flat = y.reshape(-1)
    return [float(v) for v in flat[:: max(1, flat.size // 40)]]


def rms(x):
    return float(np.sqrt(np.mean(np.square(x))))


os.makedirs(OUT, exist_ok=True)
for seed, (name, layers) in enumerate(NETS.items()):
    net = Network(name, layers, 100 + seed)
    cfg, weights = os.path.join(OUT, f"{name}.cfg"), os.path.join(OUT, f"{name}.weights")
    with open(cfg, "w") as out:
        out.write(net.cfg())
    with open(weights, "wb") as out:
        out.write(net.make_weights())
    x = net.random.standard_normal(net.shape).astype(np.float32)
    x.tofile(os.path.join(OUT, f"{name}.input"))
    results = {formula: net.run(x, root) for formula, root in FORMULAS.items()}
    record = dict(layers=[dict(
        type=t, shape=list(results["opencv"][i].shape),
        expected={f: sampled(r[i]) for f, r in results.items()},
        decoded=sampled(decoded(net, i, results["alexeyab"][i]))
        if t in ("yolo", "region") else None) for i, (t, _) in enumerate(layers)])
    worst, other = 0.0, 1.0
    if name in CV:
        cv = cv2.dnn.readNetFromDarknet(cfg, weights)
        cv.setInput(x[None])
        cv.enableFusion(False)
        for i, (t, o) in enumerate(layers):
            if t != "convolutional":
                continue
            # OpenCV counts activations from one.
            names = [n for n in (f"{o['activation']}_{i + 1}", f"bn_{i}", f"conv_{i}")
                     if n in cv.getLayerNames()]
            y = cv.forward(names[0])[0]
            want = results["opencv"][i]
            assert y.shape == want.shape, (name, i, y.shape, want.shape)
            worst = max(worst, rms(y - want) / rms(want))
            other = min(other, rms(y - results["alexeyab"][i]) / rms(want)) if i else other
            record["layers"][i]["opencv"] = sampled(y)
        # Two times two units of float32 in the mean, along the whole network.
        assert worst < 3e-6, (name, worst)
    with open(os.path.join(OUT, f"{name}.json"), "w") as out:
        json.dump(record, out)
        out.write("\n")
    print(f"{name}: {os.path.getsize(weights)} bytes, OpenCV differs by {worst:.1e}, from "
          f"AlexeyAB's formula by {other:.1e} and more")
    if name == "yolov4-tiny":
        for ending in ("cfg", "weights"):
            with open(os.path.join(OUT, f"{name}.{ending}"), "rb") as a:
                data = a.read()
            with open(os.path.join(SAMPLES, f"yolov4-tiny-small.{ending}"), "wb") as b:
                b.write(data)
