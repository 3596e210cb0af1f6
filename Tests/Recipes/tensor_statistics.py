#!/usr/bin/env python3
"""Prints what numpy makes of the arrays in Tests/ModelStatisticsTests/TensorStatisticsTests.swift.

    pip install numpy
    python3 Tests/Recipes/tensor_statistics.py
"""
import numpy as np

PROBABILITIES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]


def series(count):
    """Whole numbers without an order, exact in every float type of 24 bits or more."""
    return np.array([i * 7919 % 10007 - 3000 for i in range(count)], np.float32)


def show(name, x):
    x64 = x.astype(np.float64)
    print(name, "mean", repr(x64.mean()), "sd", repr(x64.std()))
    print("  quantiles", [float(q) for q in np.quantile(x64, PROBABILITIES)])
    print("  histogram", np.histogram(x64, bins=8)[0].tolist())


x = series(200_000)
show("series", x)
heavy = series(5000)
heavy[17] = 1e30
show("heavy", heavy)
cube = series(2 * 3 * 5).reshape(2, 3, 5).astype(np.float64)
print("channels mean", cube.mean((0, 2)).tolist(), "sd", cube.std((0, 2)).tolist())
w = series(4 * 30).reshape(4, 30).astype(np.float64) * np.array([[1], [10], [100], [0.5]])
step = np.abs(w).max() / 127
steps = np.abs(w).max(1, keepdims=True) / 127
snr = lambda s: 10 * np.log10((w**2).sum() / ((w - np.round(w / s) * s) ** 2).sum())
print("snr", repr(snr(step)), repr(snr(steps)))
print("spread", np.abs(w).max(1).max() / np.abs(w).max(1).min())
