"""Compares gradgrid's contours with contourpy's: the same lines of the same arrays, then time.

    cargo build --release
    benches/peers/setup
    benches/peers/.venv/bin/python benches/peers/contours.py [--size 4096] [--rounds 5]

  lines  of random arrays, smooth, with holes (contourpy's corner_mask), and with levels that values meet: the same points, lengths and areas
         within 1e-9, with the same side higher. A value on the level counts as above it here, as below it in contourpy, so there contourpy
         gets a level one ulp lower.
  time   ten levels of sin(x*y) + x/3 over size² nodes, from the formula or the array in memory to the lines in memory. For contourpy:
         NumPy's evaluation, then `lines` for each level, serial and threaded (chunks of 256², the fastest of those tried). For gradgrid: what --timing
         says of the pass that evaluates and follows lines at once, without start, writing of files, and reading of arrays from disk
         (which are in the page cache). Interleaved, medians of the rounds.

The exit code is 1 if lines differ.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import contourpy
import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
BINARY = os.environ.get("GRADGRID", os.path.join(TARGET, "release", "gradgrid"))
LEVELS = [-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9]
FORMULA = "sin(x*y) + x/3"
WRONG = []


def check(name, good, detail):
    print(f"{'ok   ' if good else 'WRONG'} {name}: {detail}", flush=True)
    if not good:
        WRONG.append(name)


def gradgrid(*args):
    done = subprocess.run([BINARY, *map(str, args), "--overwrite", "--timing"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"gradgrid {' '.join(map(str, args))}: {done.stderr}")
    return done.stderr


def level_list(levels):
    return "--level=" + ",".join(repr(float(level)) for level in levels)


def summary(lines):
    """Points (sorted, each place once), total length, and the area that closed lines go around."""
    # A maximum on the level is a loop of no size to contourpy, and nothing here.
    lines = [line for line in map(np.asarray, lines) if np.ptp(line, axis=0).max() > 1e-9]
    points = np.concatenate(lines) if lines else np.zeros((0, 2))
    points = np.unique(np.round(points, 9) + 0.0, axis=0)
    length = sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines)
    closed = [line for line in lines if np.array_equal(line[0], line[-1])]
    area = sum(0.5 * np.sum(line[:-1, 0] * line[1:, 1] - line[1:, 0] * line[:-1, 1]) for line in closed)
    return points, length, area


def compare(folder):
    random = np.random.default_rng(20261123)
    y, x = np.mgrid[-3:3:200j, -3:3:150j]
    noise = random.random((80, 70))
    holes = np.where(random.random(noise.shape) < 0.1, np.nan, noise)
    steps = np.floor(noise * 4) / 4
    fields = {"smooth": np.sin(x * y) + x / 3, "noise": noise, "holes": holes, "levels on values": steps}
    for name, z in fields.items():
        levels = [0.25, 0.5, 0.7]
        np.save(f"{folder}/z.npy", z)
        gradgrid("contour", f"{folder}/z.npy", f"{folder}/z.npz", level_list(levels))
        found = np.load(f"{folder}/z.npz")
        offsets, points, values = found["offsets"], found["points"], found["values"]
        for level in levels:
            ours = [points[offsets[k] : offsets[k + 1]] for k in range(len(values)) if values[k] == level]
            generator = contourpy.contour_generator(z=np.ma.masked_invalid(z), name="serial", corner_mask=True)
            theirs = generator.lines(np.nextafter(level, -1) if name == "levels on values" else level)
            (p, length, area), (q, their_length, their_area) = summary(ours), summary(theirs)
            same = p.shape == q.shape and np.abs(p - q).max() < 1e-8
            same = same and abs(length - their_length) < 1e-6 and abs(area - their_area) < 1e-6
            check(f"{name} at {level}", same, f"{len(ours)} lines, {len(theirs)} of contourpy; {len(p)} points, {len(q)}; length {length:.6f}, {their_length:.6f}; area {area:.6f}, {their_area:.6f}")


def of_contourpy(name, x, y, evaluate):
    start = time.perf_counter()
    z = evaluate()
    middle = time.perf_counter()
    more = {"chunk_size": 256, "thread_count": os.cpu_count()} if name == "threaded" else {}
    kind = contourpy.LineType.ChunkCombinedOffset
    generator = contourpy.contour_generator(x, y, z, name=name, line_type=kind, **more)
    for level in LEVELS:
        generator.lines(level)
    return middle - start, time.perf_counter() - middle


def of_gradgrid(source, folder, *more):
    told = gradgrid("contour", source, f"{folder}/t.npz", level_list(LEVELS), *more)
    number, unit = re.search(r"pass `(?:values|cells)` ([0-9.]+) (ms|s)", told).groups()
    return float(number) * (1e-3 if unit == "ms" else 1.0)


def race(folder, size, rounds):
    x = np.linspace(-5, 5, size)
    evaluate = lambda: np.sin(x[None, :] * x[:, None]) + x[None, :] / 3
    z = evaluate()
    np.save(f"{folder}/z.npy", z)
    times = {}
    note = lambda name, seconds: times.setdefault(name, []).append(seconds)
    for _ in range(rounds):
        for name in ["serial", "threaded"]:
            evaluation, lines = of_contourpy(name, x, x, evaluate)
            note(f"contourpy {name}, lines alone", lines)
            note(f"contourpy {name}, with NumPy's evaluation", evaluation + lines)
        size_of = ["--size", size]
        note("gradgrid, formula, f64", of_gradgrid(FORMULA, folder, *size_of))
        note("gradgrid, formula, cpu", of_gradgrid(FORMULA, folder, *size_of, "--engine", "cpu"))
        note("gradgrid, f64 array", of_gradgrid(f"{folder}/z.npy", folder))
    print(f"{size}² nodes, {len(LEVELS)} levels, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, seconds in times.items():
        print(f"  {name:48} {statistics.median(seconds):7.3f} s   least {min(seconds):7.3f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(folder)
        race(folder, args.size, args.rounds)
    sys.exit(1 if WRONG else 0)


main()
