#!/usr/bin/env python3
"""What the exact mathematics of the gpu engine costs against the driver's built-in functions, as rows of a table.

Runs the release binary with `--math exact` and `--math fast` in turn and prints millions of points per second for both and
the ratio of the medians. A point is evaluated twice, once for the range and once for the colours; the time of the same
command on a small grid (start, compilation) is taken off.
"""

import os
import statistics
import subprocess
import sys
import time

BINARY = os.path.join(os.path.dirname(__file__), "..", "target", "release", "gradgrid")
SIZE, SMALL, ROUNDS = 4096, 64, 5
WORK = {
    "x²y + sin y": "x^2*y + sin(y)",
    "polynomial": "x^5 - 3x^2*y + y^4/7",
    "four sines, eight Gaussians": "sum(k, 1, 4, sin(k*x+y) + gauss(x-k/2)*gauss(y+k/3))",
    "logarithm, root, quotient (masked)": "ln(x*y)/sqrt(x+y)",
    "power with a variable exponent": "(2+sin(x))^y",
}


def seconds(formula, size, math):
    """Wall time of one command."""
    command = [BINARY, "plot", formula, os.devnull, "--bare", "--engine", "gpu", "--verify", "off", "--quiet"]
    start = time.perf_counter()
    subprocess.run(command + ["--math", math, "--size", f"{size}x{size}"], check=True)
    return time.perf_counter() - start


def main():
    """Prints one row for each formula."""
    if not os.path.exists(BINARY):
        sys.exit("build first: cargo build --release")
    print("| ‖∇f‖ of | exact, Mpt/s | fast, Mpt/s | exact ÷ fast (time) |\n|---|---:|---:|---:|")
    for name, formula in WORK.items():
        for math in ("exact", "fast"):
            seconds(formula, SMALL, math)
        times = {"exact": [], "fast": []}
        for _ in range(ROUNDS):
            for math, list_ in times.items():
                list_.append(seconds(formula, SIZE, math) - seconds(formula, SMALL, math))
        exact, fast = (statistics.median(times[math]) for math in ("exact", "fast"))
        points = 2 * SIZE * SIZE / 1e6
        print(f"| {name} | {points / exact:.0f} | {points / fast:.0f} | {exact / fast:.2f} |", flush=True)


if __name__ == "__main__":
    main()
