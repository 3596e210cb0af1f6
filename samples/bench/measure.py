"""How long `bnfold fold` takes beside `cp`, on models of growing size, paired in one run.

Machines are shared and noisy, so each round runs every command once, one after the other, and the
median over rounds of the ratio to that round's `cp` counts; files are in the page cache. Memory
is the whole process's peak (`/usr/bin/time -f %M`). Models are made anew by make_models.py.
"""
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import make_models

PEERS = {
    "onnxruntime": "import onnxruntime as o; s = o.SessionOptions(); "
                   "s.graph_optimization_level = o.GraphOptimizationLevel.ORT_ENABLE_BASIC; "
                   "s.optimized_model_filepath = '{dst}'; "
                   "o.InferenceSession('{src}', s, providers=['CPUExecutionProvider'])",
    "onnxslim": "import onnxslim; onnxslim.slim('{src}', '{dst}')",
    "onnxsim": "import onnx, onnxsim; m, ok = onnxsim.simplify('{src}'); onnx.save(m, '{dst}')",
}


# The copy that is on the disk, and what is held against it.
SYNCED = "cp, then sync"
BASELINES = {"fold --no-verify": SYNCED}
# A verified fold of a larger model takes long and says nothing about copying: one is enough, and
# none where its arithmetic takes minutes.
LARGE = 300e6
LARGEST = 1e9


def seconds_of(cpu):
    """A clock: what processors worked for the commands that ended, or the wall clock."""
    if not cpu:
        return time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command, quiet_failure=False, cpu=False):
    """Seconds and peak megabytes of a command; (None, None) when it may fail and does."""
    with tempfile.NamedTemporaryFile("r") as peak:
        timed = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name] + command
        start = seconds_of(cpu)
        done = subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        seconds = seconds_of(cpu) - start
        if done.returncode:
            if quiet_failure:
                return None, None
            sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode()}")
        return seconds, int(peak.read().split()[-1]) / 1024


def commands(bnfold, src, directory, peers):
    """What is measured on one model, by name; the first is what the others are held against.

    `peers` is a Python that has the other tools, or None.
    """
    dst = f"{directory}/out.onnx"
    data = src + ".data"
    copy = ["cp", "--reflink=never", src, dst]
    if os.path.exists(data):
        copy = ["sh", "-c", f"cp --reflink=never {src} {dst} && cp --reflink=never {data} {dst}.data"]
    copied = f"{dst} {dst}.data" if os.path.exists(data) else dst
    table = {
        "cp": copy,
        SYNCED: ["sh", "-c", f"{shlex.join(copy)} && sync {copied}"],
        "fold --no-verify --no-sync": [bnfold, "fold", src, "-o", dst, "--no-verify", "--no-sync"],
        "fold --no-verify": [bnfold, "fold", src, "-o", dst, "--no-verify"],
        "fold": [bnfold, "fold", src, "-o", dst],
        "inspect": [bnfold, "inspect", src],
    }
    if peers:
        for name, code in PEERS.items():
            table[name] = [peers, "-c", code.format(src=src, dst=dst)]
    return table


def measure(bnfold, name, directory, runs, peers, cpu=False, tell=lambda row: None):
    """Runs every command on one model; rows of (model, bytes, command, seconds, ratio, MB)."""
    make_models.make(directory, name)
    src = f"{directory}/{name}.onnx"
    size = sum(os.path.getsize(p) for p in (src, src + ".data") if os.path.exists(p))
    table = commands(bnfold, src, directory, peers)
    seconds = {key: [] for key in table}
    memory = dict.fromkeys(table, 0.0)
    for round_number in range(runs + 1):
        for key, command in table.items():
            if key == "fold" and size > (LARGE if round_number != 1 else LARGEST):
                continue
            for leftover in ("out.onnx", "out.onnx.data"):
                if os.path.exists(f"{directory}/{leftover}"):
                    os.remove(f"{directory}/{leftover}")
            took, peak = run(command, quiet_failure=key in PEERS, cpu=cpu)
            # The first round warms the page cache.
            if took is not None and (round_number > 0 or runs == 0):
                seconds[key].append(took)
                memory[key] = max(memory[key], peak)
    rows = []
    for key in table:
        row = (name, size, key, None, None, None)
        if not seconds[key] and key == "fold":
            continue
        if seconds[key]:
            baseline = seconds[BASELINES.get(key, "cp")]
            ratio = statistics.median(a / b for a, b in zip(seconds[key], baseline))
            row = (name, size, key, statistics.median(seconds[key]), ratio, memory[key])
        tell(row)
        rows.append(row)
    for leftover in (src, src + ".data", f"{directory}/out.onnx", f"{directory}/out.onnx.data"):
        if os.path.exists(leftover):
            os.remove(leftover)
    return rows


HEAD = ["| model | MB | command | seconds | × cp | peak MB |", "|---|---:|---|---:|---:|---:|"]


def line(row):
    model, size, key, took, ratio, peak = row
    figures = "failed | | " if took is None else f"{took:.3f} | {ratio:.2f} | {peak:.0f}"
    return f"| {model} | {size / 1e6:.1f} | {key} | {figures} |"


def growth(rows, command, least=10e6):
    """Milliseconds at size 0, milliseconds for each MB and R² of a line; None below three sizes."""
    points = [(row[1] / 1e6, row[3] * 1e3) for row in rows
              if row[2] == command and row[3] is not None and row[1] >= least]
    if len(points) < 3:
        return None
    sizes, times = zip(*points)
    slope, fixed = statistics.linear_regression(sizes, times)
    return fixed, slope, statistics.correlation(sizes, times) ** 2
