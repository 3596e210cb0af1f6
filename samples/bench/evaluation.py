"""How fast `bnfold run` evaluates, beside onnxruntime with its graph optimizations off.

Rounds alternate between the programs, so that what else the machine does meets all of them alike.
In a round each runs the same inputs several times and its fastest run counts; the median over
rounds of the ratio of a round's two times is reported, and the fastest time of all.
"""
import json
import os
import statistics
import subprocess
import time

import numpy as np
import onnxruntime as ort

import networks

ort.set_default_logger_severity(3)


def session(path, threads, clock):
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    if clock is not time.perf_counter:
        # Threads that wait busily would count as work.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def runtime_seconds(runner, feed, repeats, clock):
    times = []
    for _ in range(repeats):
        start = clock()
        runner.run(None, feed)
        times.append(clock() - start)
    return min(times)


def own_seconds(bnfold, path, inputs, threads, repeats, clock, double=False):
    command = [bnfold, "run", path, "--input", inputs, "--threads", str(threads), "--repeat",
               str(repeats), "--json"] + (["--double"] if double else [])
    done = subprocess.run(command, capture_output=True, check=True)
    kind = "seconds" if clock is time.perf_counter else "processor_seconds"
    return min(run[kind] for run in json.loads(done.stdout)["repeats"])


def measure(bnfold, directory, name, threads, rounds, seconds, clock):
    """A row: fastest times and median ratios of one network."""
    path, shape = networks.make(directory, name)
    x = np.random.default_rng(1).standard_normal(shape, dtype=np.float32)
    inputs = f"{directory}/{name}.npz"
    np.savez(inputs, x=x)
    runner = session(path, threads, clock)
    once = runtime_seconds(runner, {"x": x}, 3, time.perf_counter)
    repeats = max(3, min(50, int(seconds / once)))
    runtime, single, double = [], [], []
    for _ in range(rounds):
        runtime.append(runtime_seconds(runner, {"x": x}, repeats, clock))
        single.append(own_seconds(bnfold, path, inputs, threads, repeats, clock))
        double.append(own_seconds(bnfold, path, inputs, threads, max(3, repeats // 2), clock, True))
    os.remove(path)
    return {
        "network": name, "threads": threads, "runtime": min(runtime), "single": min(single),
        "double": min(double),
        "ratio": statistics.median(a / b for a, b in zip(single, runtime)),
        "double_ratio": statistics.median(a / b for a, b in zip(double, single)),
    }


HEAD = ["| network | threads | onnxruntime, ms | bnfold, ms | × onnxruntime | in Double, ms | × Float |",
        "|---|---:|---:|---:|---:|---:|---:|"]


def line(row):
    return (f"| {row['network']} | {row['threads']} | {row['runtime'] * 1e3:.1f} "
            f"| {row['single'] * 1e3:.1f} | {row['ratio']:.2f} | {row['double'] * 1e3:.1f} "
            f"| {row['double_ratio']:.2f} |")
