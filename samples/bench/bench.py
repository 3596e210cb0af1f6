#!/usr/bin/env python3
"""Measures bnfold and writes docs/performance.md.

    bench.py --bnfold PATH [--write FILE] [--rounds N] [--peers PYTHON] [--only PART]
             [--models NAME,...] [--networks NAME,...] [--threads 1,2] [--cpu]

PART: evaluation (against onnxruntime), verification (a fold of ResNet-50 with all of it), folding
(against cp), scale (against the number of nodes). --peers adds other tools' times, run by that Python. --cpu counts what processors
worked instead of wall-clock time, for machines that are busy with other things.
"""
import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evaluation  # noqa: E402
import measure  # noqa: E402
import networks  # noqa: E402
import scale  # noqa: E402

ABOUT = """# Performance

Written by `make bench` (samples/bench/bench.py); models are made for it by recipes with fixed seeds
and removed again. Machine: {machine}, {processors} processors. Revision: {revision}.
{clock}"""

BUSY = """
The machine was busy with other things, so all times are what processors worked, user and system
together (--cpu), not those of the wall clock.
"""

EVALUATION = """
## Evaluation

`bnfold run --repeat` against onnxruntime {version} with its graph optimizations off (so that both
run the same nodes), same threads, same inputs, batch 1, batch normalizations not folded. Only the
evaluation is timed.

{method}

Budget: 1.2 × onnxruntime in Float; in Double 2.5 × our Float.

"""

VERIFICATION = """
## Fold with verification

ResNet-50 at 224×224, `bnfold fold` with the verification it does by default, whole process, median
of {rounds}. Budget: 1 s on two processors.

"""

FOLDING = """
## Folding

Whole processes, files in the page cache; the median over {rounds} rounds of the ratio to the
`cp --reflink=never` of the same round; what waits for the disk is held against cp and `sync FILE`.
Memory is the process's peak. Budgets, for 100 MB and more: fold --no-verify 1.1 × cp and 48 MB.
Above 300 MB the fold with verification is run once, above 1 GB not at all.

"""

GROWTH = """
Time of `fold --no-verify --no-sync` against size, least squares over the models of 10 MB and more:
{fixed:.0f} ms + {slope:.2f} ms for each MB, R² = {fit:.4f}; cp: {cp_fixed:.0f} ms + {cp_slope:.2f} ms.
"""

SCALE = """
## Many nodes

{method}

`fold --no-verify --no-sync`, median of {rounds}. Budget: 2 s for 100,000 nodes with 10,000 batch
normalizations.

"""


def machine():
    try:
        with open("/proc/cpuinfo") as info:
            return next(l.split(":")[1].strip() for l in info if l.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def revision():
    command = ["git", "-C", os.path.dirname(os.path.abspath(__file__)), "describe", "--always",
               "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"
    except OSError:
        return "unknown"


def evaluations(options, directory, say):
    clock = time.process_time if options.cpu else time.perf_counter
    say(EVALUATION.format(version=evaluation.ort.__version__,
                          method=evaluation.__doc__.split("\n\n")[1].strip()))
    for head in evaluation.HEAD:
        say(head + "\n")
    for name in options.networks.split(","):
        for threads in map(int, options.threads.split(",")):
            row = evaluation.measure(options.bnfold, directory, name, threads, options.rounds,
                                     options.seconds, clock)
            say(evaluation.line(row) + "\n")


def verification(options, directory, say):
    say(VERIFICATION.format(rounds=options.rounds))
    path, _ = networks.make(directory, "resnet50")
    command = [options.bnfold, "fold", path, "-o", path + ".out"]
    runs = [measure.run(command, cpu=options.cpu) for _ in range(options.rounds)]
    os.remove(path)
    os.remove(path + ".out")
    say("| seconds | peak MB |\n|---:|---:|\n")
    say(f"| {statistics.median(r[0] for r in runs):.2f} | {max(r[1] for r in runs):.0f} |\n")


def folding(options, directory, say):
    say(FOLDING.format(rounds=options.rounds))
    for head in measure.HEAD:
        say(head + "\n")
    rows = []
    for name in options.models.split(","):
        rows += measure.measure(options.bnfold, name, directory, options.rounds, options.peers,
                                options.cpu, lambda row: say(measure.line(row) + "\n"))
    fold = measure.growth(rows, "fold --no-verify --no-sync")
    copy = measure.growth(rows, "cp")
    if fold and copy:
        say(GROWTH.format(fixed=fold[0], slope=fold[1], fit=fold[2], cp_fixed=copy[0],
                          cp_slope=copy[1]))


def scales(options, directory, say):
    say(SCALE.format(method=scale.__doc__.split("\n\n")[1].strip(), rounds=options.rounds))
    for head in scale.HEAD:
        say(head + "\n")
    for name in scale.GRAPHS:
        say(scale.line(options.bnfold, directory, name, options.rounds, options.cpu) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bnfold", required=True)
    parser.add_argument("--write")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of one evaluation in a round")
    parser.add_argument("--peers")
    parser.add_argument("--only", choices=["evaluation", "verification", "folding", "scale"])
    parser.add_argument("--models",
                        default="tiny,mobilenet-10,resnet-100,resnet-250,vgg-550,vgg-2500")
    parser.add_argument("--networks", default=",".join(networks.NETWORKS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    parts = []

    def say(text):
        parts.append(text)
        print(text, end="", flush=True)

    say(ABOUT.format(machine=machine(), processors=os.cpu_count(),
                     revision=revision(), clock=BUSY * options.cpu))
    directory = tempfile.mkdtemp(prefix="bnfold-bench-")
    try:
        for part in (evaluations, verification, folding, scales):
            if options.only is None or part.__name__.startswith(options.only):
                part(options, directory, say)
    finally:
        shutil.rmtree(directory)
    if options.write:
        with open(options.write, "w") as out:
            out.write("".join(parts))


if __name__ == "__main__":
    main()
