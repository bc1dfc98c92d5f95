"""Times `gradgrid streamlines` beside matplotlib's streamplot on the same fields, interleaved, after checking the lines of both.

    cargo build --release --bin gradgrid
    python benches/peers/streamlines.py [--rounds 5]         # with numpy and matplotlib

The field is sampled on 512² nodes over [-5, 5]² and has 140 summits and hollows. gradgrid is the whole command: process start, reading the file
(or compiling the formula), differencing, lines, writing them. streamplot is the call alone, with the gradient given to it and no picture drawn;
its density is set so that it makes at least as many lines, its least length so that it may keep short ones as gradgrid does.

Checked are: how many lines there are, how long they are together in widths of the picture, and the share of their segments along which f falls
(by f itself, at the ends of each segment).
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
import warnings

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RELEASE = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release")
FORMULA = "sin(2*x + sin(3*y))*cos(3*y - x^2/5)"
HALF, NODES = 5.0, 512
SEPARATION = "3.3"
DENSITY, SHORTEST = 4.6, 0.02


def f(x, y):
    return np.sin(2 * x + np.sin(3 * y)) * np.cos(3 * y - x**2 / 5)


def judged(lines):
    """Number of lines, their length in widths, the share of segments along which f falls."""
    length = sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines) / (2 * HALF)
    rises = np.concatenate([np.diff(f(line[:, 0], line[:, 1])) for line in lines])
    return len(lines), length, float(np.mean(rises < 0))


def gradgrid(program, source, folder, *more):
    out = os.path.join(folder, "lines.npz")
    command = [program, "streamlines", source, out, "--overwrite", "--quiet"]
    begin = time.perf_counter()
    subprocess.run(command + ["--separation", SEPARATION, *more], check=True)
    took = time.perf_counter() - begin
    with np.load(out) as arrays:
        return took, np.split(arrays["points"], arrays["offsets"][1:-1])


def streamplot(nodes, gx, gy):
    figure, axes = plt.subplots(figsize=(6, 6))
    begin = time.perf_counter()
    made = axes.streamplot(nodes, nodes, gx, gy, density=DENSITY, minlength=SHORTEST)
    took = time.perf_counter() - begin
    lines = [np.asarray(line) for line in made.lines.get_segments()]
    plt.close(figure)
    return took, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gradgrid", default=os.path.join(RELEASE, "gradgrid"), help="the program [default: the release build]")
    args = parser.parse_args()
    rounds, program = args.rounds, args.gradgrid
    warnings.simplefilter("ignore")
    nodes = np.linspace(-HALF, HALF, NODES)
    x, y = np.meshgrid(nodes, nodes)
    heights = f(x, y)
    gy, gx = np.gradient(heights, nodes, nodes)
    box = [f"--x={-HALF}:{HALF}", f"--y={-HALF}:{HALF}"]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "heights.npy")
        np.save(file, heights.astype(np.float32))
        who = {
            "gradgrid, file": lambda: gradgrid(program, file, folder, *box),
            "gradgrid, formula": lambda: gradgrid(program, FORMULA, folder, *box, "--size", str(NODES)),
            "streamplot": lambda: streamplot(nodes, gx, gy),
        }
        times = {name: [] for name in who}
        found = {}
        for _ in range(rounds):
            for name, run in who.items():
                took, lines = run()
                times[name].append(took)
                found[name] = lines
    base = statistics.median(times["gradgrid, file"])
    print("| who | lines | widths | segments that fall | median s | fastest s | times gradgrid's |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, lines in found.items():
        count, length, falls = judged(lines)
        median = statistics.median(times[name])
        print(f"| {name} | {count} | {length:.0f} | {falls:.2%} | {median:.3f} | {min(times[name]):.3f} | {median / base:.1f} |")


if __name__ == "__main__":
    main()
