#!/usr/bin/env python3
"""Makes samples/resnet-weights.safetensors, a small state dict with the names of torchvision's
ResNet, and Tests/Fixtures/Safetensors/*-folded.json: state dicts named as torchvision's ResNet,
MobileNetV2 and DenseNet have it, with the folded weights and biases as numpy computes them.

Needs numpy, safetensors and what is in .ci/requirements.txt. Formula, in float64:
    s = gamma / sqrt(variance + epsilon),  W'[o] = W[o]·s[o],  b' = beta + (b − mean)·s
"""
import json
import os

import numpy as np
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "Fixtures", "Safetensors")
SAMPLES = os.path.join(HERE, "..", "..", "samples")


class State(dict):
    def __init__(self, seed):
        super().__init__()
        self.random = np.random.default_rng(seed)
        self.pairs = []

    def conv(self, name, *shape, bias=False):
        self[f"{name}.weight"] = self.random.standard_normal(shape).astype(np.float32)
        if bias:
            self[f"{name}.bias"] = self.random.standard_normal(shape[0]).astype(np.float32)

    def norm(self, name, channels, after=None):
        r = self.random
        self[f"{name}.weight"] = r.uniform(0.5, 1.5, channels).astype(np.float32)
        self[f"{name}.bias"] = r.standard_normal(channels).astype(np.float32)
        self[f"{name}.running_mean"] = r.standard_normal(channels).astype(np.float32)
        # Log-uniform, so that another epsilon shows.
        self[f"{name}.running_var"] = (10 ** r.uniform(-7, 2, channels)).astype(np.float32)
        self[f"{name}.num_batches_tracked"] = np.int64(100)
        if after:
            self.pairs.append((after, name))

    def folded(self, epsilon=float(np.float32(1e-5))):
        result = {}
        for conv, norm in self.pairs:
            w, b = self[f"{conv}.weight"], self.get(f"{conv}.bias")
            p = [self[f"{norm}.{k}"].astype(np.float64)
                 for k in ("weight", "bias", "running_mean", "running_var")]
            scale = p[0] / np.sqrt(p[3] + epsilon)
            w = w.astype(np.float64) * scale.reshape(-1, *[1] * (w.ndim - 1))
            b = p[1] + ((0 if b is None else b.astype(np.float64)) - p[2]) * scale
            result[f"{conv}.weight"], result[f"{conv}.bias"] = w, b
        return result


def resnet(seed=1):
    s = State(seed)
    s.conv("conv1", 8, 3, 7, 7)
    s.norm("bn1", 8, "conv1")
    channels = 8
    for layer, width in ((1, 8), (2, 16)):
        for block in range(2):
            name = f"layer{layer}.{block}"
            s.conv(f"{name}.conv1", width, channels, 3, 3)
            s.norm(f"{name}.bn1", width, f"{name}.conv1")
            s.conv(f"{name}.conv2", width, width, 3, 3)
            s.norm(f"{name}.bn2", width, f"{name}.conv2")
            if channels != width:
                s.conv(f"{name}.downsample.0", width, channels, 1, 1)
                s.norm(f"{name}.downsample.1", width, f"{name}.downsample.0")
            channels = width
    s["fc.weight"] = s.random.standard_normal((10, channels)).astype(np.float32)
    s["fc.bias"] = s.random.standard_normal(10).astype(np.float32)
    return s


def mobilenet(seed=2):
    s = State(seed)
    s.conv("features.0.0", 8, 3, 3, 3)
    s.norm("features.0.1", 8, "features.0.0")
    channels = 8
    for block, (expansion, width) in enumerate(((1, 4), (6, 6), (6, 6)), 1):
        name, inner, place = f"features.{block}.conv", channels * expansion, 0
        if expansion != 1:
            s.conv(f"{name}.0.0", inner, channels, 1, 1)
            s.norm(f"{name}.0.1", inner, f"{name}.0.0")
            place = 1
        s.conv(f"{name}.{place}.0", inner, 1, 3, 3)
        s.norm(f"{name}.{place}.1", inner, f"{name}.{place}.0")
        s.conv(f"{name}.{place + 1}", width, inner, 1, 1, bias=True)
        s.norm(f"{name}.{place + 2}", width, f"{name}.{place + 1}")
        channels = width
    s["classifier.1.weight"] = s.random.standard_normal((10, channels)).astype(np.float32)
    s["classifier.1.bias"] = s.random.standard_normal(10).astype(np.float32)
    return s


def densenet(seed=3):
    s = State(seed)
    s.conv("features.conv0", 8, 3, 7, 7)
    s.norm("features.norm0", 8, "features.conv0")
    channels = 8
    for layer in (1, 2, 3):
        name = f"features.denseblock1.denselayer{layer}"
        s.norm(f"{name}.norm1", channels)
        s.conv(f"{name}.conv1", 16, channels, 1, 1)
        s.norm(f"{name}.norm2", 16, f"{name}.conv1")
        s.conv(f"{name}.conv2", 4, 16, 3, 3)
        channels += 4
    s.norm("features.transition1.norm", channels)
    s.conv("features.transition1.conv", channels // 2, channels, 1, 1)
    s.norm("features.norm5", channels // 2)
    s["classifier.weight"] = s.random.standard_normal((10, channels // 2)).astype(np.float32)
    return s


for name, state in (("resnet", resnet()), ("mobilenet", mobilenet()), ("densenet", densenet())):
    save_file({k: np.asarray(v) for k, v in state.items()},
              os.path.join(FIXTURES, f"{name}.safetensors"), metadata={"format": "pt"})
    # Every tensor's sum and weighted sum: what a wrong channel or epsilon changes.
    table = {}
    for key, value in state.folded().items():
        flat = value.reshape(-1)
        table[key] = dict(shape=list(value.shape), norm=float(np.sqrt(np.sum(flat * flat))),
                          values=[float(v) for v in flat[:: max(1, flat.size // 24)]])
    with open(os.path.join(FIXTURES, f"{name}-folded.json"), "w") as out:
        json.dump(dict(folded=table, kept=sorted(
            k[:-len(".running_var")] for k in state if k.endswith(".running_var")
            and k[:-len(".running_var")] not in [n for _, n in state.pairs])), out, indent=1)
        out.write("\n")
    print(name, len(state), "tensors", len(state.pairs), "pairs")
state = resnet(7)
save_file({k: np.asarray(v) for k, v in state.items()},
          os.path.join(SAMPLES, "resnet-weights.safetensors"), metadata={"format": "pt"})
