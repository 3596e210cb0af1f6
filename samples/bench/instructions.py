"""Counts the instructions of bnfold on small models and holds them against those on record.

Wall time says little on a shared machine; instructions under valgrind repeat to a thousandth. A
count beyond the record by more than the margin fails: find out why, or record the new one and say
why in the commit. Counts depend on the compiler, so another version is measured and not judged.

    instructions.py --bnfold PATH [--record]
"""
import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RECORD = os.path.join(HERE, "instructions.json")
MARGIN = 0.05

sys.path.insert(0, HERE)


def commands(folder):
    """What is counted, by name."""
    import onnx
    import scale

    chain = os.path.join(folder, "chain.onnx")
    onnx.save(scale.blocks(200, wide=False), chain)
    out = os.path.join(folder, "out")
    samples = os.path.join(ROOT, "samples")
    cnn = os.path.join(samples, "cnn.onnx")
    fold = ["fold", "--no-sync", "-o"]
    return {
        "start": ["--version"],
        "inspect cnn": ["inspect", cnn],
        "fold cnn, not verified": fold + [out + "1.onnx", "--no-verify", cnn],
        "fold cnn, verified": fold + [out + "2.onnx", cnn],
        "fold chain, not verified": fold + [out + "3.onnx", "--no-verify", chain],
        "fold weight file": fold + [
            out + ".safetensors", os.path.join(samples, "resnet-weights.safetensors")],
    }


def count(binary, arguments):
    """Instructions of one run."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary] + arguments,
        capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"bnfold {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return int(found.group(1))


def swift_version():
    text = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"Swift version (\S+)", text)
    return found.group(1) if found else "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bnfold", required=True)
    parser.add_argument("--record", action="store_true", help="write instructions.json anew")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        # valgrind cannot read what Swift writes for debuggers.
        binary = os.path.join(folder, "bnfold")
        subprocess.run(["strip", "-o", binary, options.bnfold], check=True)
        counts = {name: count(binary, command) for name, command in commands(folder).items()}

    compiler = f"Swift {swift_version()}, {platform.machine()}"
    if options.record:
        with open(RECORD, "w") as file:
            json.dump({"compiler": compiler, "instructions": counts}, file, indent=2)
            file.write("\n")
    with open(RECORD) as file:
        record = json.load(file)
    known = record["instructions"]
    judged = record["compiler"] == compiler
    beyond = []
    for name, found in counts.items():
        ratio = found / known[name] if name in known else float("inf")
        print(f"{name:34} {found / 1e6:9.1f} million, {ratio:.3f} x the record")
        if ratio > 1 + MARGIN:
            beyond.append(name)
    if not judged:
        print(f"not judged: recorded with {record['compiler']}, measured with {compiler}")
    elif beyond:
        sys.exit(f"more than {MARGIN:.0%} above the record: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
