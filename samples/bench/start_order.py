"""Writes down which functions a start runs, in the order in which they run first.

Linked in this order (`.ci/static`), they lie side by side instead of scattered over the program, so
that a start touches fewer pages. Names that a later program does not have are passed over, new ones
lie behind: the file need not be made again for every change.

    start_order.py --bnfold PATH --write FILE
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join(os.path.dirname(HERE), "cnn.onnx")


def functions(binary, arguments, folder):
    """Names of the functions that one run calls, in order."""
    record = os.path.join(folder, "calls")
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={record}", binary]
        + arguments, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bnfold {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    with open(record) as lines:
        for line in lines:
            found = re.match(r"c?fn=\(\d+\) ([^0']\S*?)(?:'\d+)?$", line.rstrip("\n"))
            if found:
                yield found.group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bnfold", required=True)
    parser.add_argument("--write", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # valgrind reads no debug information of this size.
        binary = os.path.join(folder, "bnfold")
        subprocess.run(["strip", "-g", "-o", binary, options.bnfold], check=True)
        fold = ["fold", SAMPLE, "-o", os.path.join(folder, "out.onnx"), "--no-sync"]
        runs = [fold + ["--no-verify"], ["inspect", SAMPLE]]
        listed = subprocess.run(
            ["nm", "--defined-only", binary], capture_output=True, text=True, check=True).stdout
        own = {line.split()[-1] for line in listed.splitlines()}
        called = (name for run in runs for name in functions(binary, run, folder))
        names = dict.fromkeys(name for name in called if name in own)
    with open(options.write, "w") as file:
        file.writelines(name + "\n" for name in names)
    print(f"{len(names)} functions in {options.write}")


if __name__ == "__main__":
    main()
