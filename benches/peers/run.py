"""Runs gradgrid and its Python peers on the same work, interleaved, and prints medians and ratios.

    cargo build --release --bin gradgrid --example bench_engine
    benches/peers/setup                       # once: the virtual environment, from PyPI
    benches/peers/.venv/bin/python benches/peers/run.py [--rounds 5] [--only a,b,c]

Work, in f32 over [-5, 5]^2:
  a  ‖∇f‖ of x²y + sin y, 4096², into memory
  b  ‖∇f‖ of four sines and four Gaussians (constants below), 4096², into memory
  c  a's picture as an indexed PNG, 16384², the whole command with start, compute, encode and write

Peers get the derivative by hand, except JAX, which differentiates by itself as gradgrid does. Everything is compiled and run once
before it is timed. "reused" writes into an array that exists; the others allocate their result, as their users do.
gradgrid leaves each band in one reused buffer, as its writers take it. Every result is compared with NumPy's in f64 at 2 000 cells.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("NUMBA_NUM_THREADS", str(os.cpu_count()))
import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RELEASE = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release")
N, BIG = 4096, 16384
# sin(a·x + b·y + c), and s·exp(−k·((x − p)² + (y − q)²)).
SINES = [(1.3, 0.7, 0.1), (-0.8, 1.9, 0.5), (2.1, -1.1, 1.2), (0.4, 2.3, 2.0)]
GAUSSIANS = [(1.5, 0.8, 1.0, -2.0), (-2.0, 0.5, -3.0, 1.0), (1.0, 1.2, 2.5, 2.5), (2.5, 0.3, 0.0, 0.5)]
NUMBER = r"(?<![\w.])(\d+\.?\d*)(?![\w.])"
FORMULA_A = "x^2*y + sin(y)"
FORMULA_B = " + ".join(
    [f"sin(({a})*x + ({b})*y + {c})" for a, b, c in SINES]
    + [f"({s})*exp(-{k}*((x - ({p}))^2 + (y - ({q}))^2))" for s, k, p, q in GAUSSIANS]
)


def gradient_a(x, y, sin, cos, exp):
    return 2 * x * y, x * x + cos(y)


def gradient_b(x, y, sin, cos, exp):
    fx, fy = 0, 0
    for a, b, c in SINES:
        wave = cos(a * x + b * y + c)
        fx, fy = fx + a * wave, fy + b * wave
    for s, k, p, q in GAUSSIANS:
        u, v = x - p, y - q
        bell = (-2 * k * s) * exp(-k * (u * u + v * v))
        fx, fy = fx + u * bell, fy + v * bell
    return fx, fy


def sources(gradient):
    """The gradient as one expression text each, for numexpr and numba."""

    class Text(str):
        def join(self, sign, other):
            return Text(f"({self} {sign} {other})")

        def __add__(self, o): return self.join("+", o)
        def __radd__(self, o): return self if o == 0 else Text(str(o)).join("+", self)
        def __sub__(self, o): return self.join("-", o if isinstance(o, Text) else f"({o})")
        def __mul__(self, o): return self.join("*", o)
        def __rmul__(self, o): return Text(f"({o})").join("*", self)

    call = lambda name: lambda argument: Text(f"{name}({argument})")
    return gradient(Text("x"), Text("y"), call("sin"), call("cos"), call("exp"))


def peers(gradient, axis):
    """Name → a function that computes ‖∇f‖ over the plane and returns the array."""
    x, y = axis[None, :], axis[:, None]
    work = {}

    def with_numpy():
        fx, fy = gradient(x, y, np.sin, np.cos, np.exp)
        return np.sqrt(fx * fx + fy * fy)

    work["NumPy"] = with_numpy
    fx, fy = sources(gradient)
    import numexpr

    names = {"x": x, "y": y}

    def name_of(number):
        """numexpr takes a written 1.3 for f64 and with it the whole expression; a variable keeps its type."""
        name = "k" + number[0].replace(".", "_")
        names[name] = np.float32(number[0])
        return name

    text = re.sub(NUMBER, name_of, f"sqrt(({fx})**2 + ({fy})**2)".replace("**2", "**TWO")).replace("**TWO", "**2")
    work["numexpr"] = lambda: numexpr.evaluate(text, local_dict=names)
    import numba

    numbers = lambda text: re.sub(NUMBER, r"f32(\1)", str(text))
    body = f"""
def fill(axis, out):
    for i in prange(len(axis)):
        y = axis[i]
        for j in range(len(axis)):
            x = axis[j]
            fx = {numbers(fx)}
            fy = {numbers(fy)}
            out[i, j] = sqrt(fx * fx + fy * fy)
"""
    scope = {"prange": numba.prange, "f32": numba.float32, "sin": np.sin, "cos": np.cos, "exp": np.exp, "sqrt": np.sqrt}
    exec(body, scope)
    fill = numba.njit(parallel=True, fastmath=True)(scope["fill"])
    kept = np.empty((len(axis), len(axis)), np.float32)

    def into(out):
        fill(axis, out)
        return out

    work["numba, reused"] = lambda: into(kept)
    work["numba"] = lambda: into(np.empty((len(axis), len(axis)), np.float32))
    import jax
    import jax.numpy as jnp

    def f(x, y):
        if gradient is gradient_a:
            return x * x * y + jnp.sin(y)
        waves = sum(jnp.sin(a * x + b * y + c) for a, b, c in SINES)
        return waves + sum(s * jnp.exp(-k * ((x - p) ** 2 + (y - q) ** 2)) for s, k, p, q in GAUSSIANS)

    def magnitude(x, y):
        fx, fy = jax.grad(f, (0, 1))(x, y)
        return jnp.sqrt(fx * fx + fy * fy)

    plane = jax.jit(jax.vmap(jax.vmap(magnitude, (0, None)), (None, 0)))
    on_device = jnp.asarray(axis)
    work["JAX"] = lambda: plane(on_device, on_device).block_until_ready()
    return work


def compare(name, got, gradient, axis):
    """Against f64 at 2 000 cells; an error of 1e-4 of the largest value is a wrong formula, not rounding (f32 keeps 6e-8)."""
    i, j = np.random.default_rng(1).integers(0, len(axis), (2, 2000))
    x, y = axis[j].astype(np.float64), axis[i].astype(np.float64)
    fx, fy = gradient(x, y, np.sin, np.cos, np.exp)
    right = np.hypot(fx, fy)
    worst = float(np.max(np.abs(np.asarray(got)[i, j] - right)) / np.max(right))
    if not worst < 1e-4:
        sys.exit(f"{name} computes something else: relative error {worst:.1e}")
    return worst


def table(title, times, points):
    print(f"\n### {title}\n\n| who | median ms | Mpt/s | gradgrid takes |\n|---|---:|---:|---:|")
    medians = {name: statistics.median(all) for name, all in times.items()}
    own = medians["gradgrid cpu"]
    for name, ms in sorted(medians.items(), key=lambda item: item[1]):
        print(f"| {name} | {ms:.1f} | {points / ms / 1e3:.0f} | {own / ms:.2f} × its time |")


def in_memory(title, formula, gradient, rounds):
    axis = np.linspace(-5, 5, N).astype(np.float32)
    work = peers(gradient, axis)
    for name, compute in work.items():
        compare(name, compute(), gradient, axis)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "own.npy")
        subprocess.run([f"{RELEASE}/gradgrid", "eval", formula, path, "--size", f"{N}x{N}", "--engine", "cpu", "--quiet"], check=True)
        compare("gradgrid", np.load(path, mmap_mode="r"), gradient, axis)
    times = {name: [] for name in ["gradgrid cpu", *work]}
    for _ in range(rounds):
        out = subprocess.run([f"{RELEASE}/examples/bench_engine", "cpu", str(N), "1", formula], check=True, capture_output=True)
        times["gradgrid cpu"] += json.loads(out.stdout)["ms"]
        for name, compute in work.items():
            start = time.perf_counter()
            compute()
            times[name].append((time.perf_counter() - start) * 1e3)
    table(title, times, N * N)


def numpy_picture(path):
    from PIL import Image

    axis = np.linspace(-5, 5, BIG).astype(np.float32)
    fx, fy = gradient_a(axis[None, :], axis[:, None], np.sin, np.cos, np.exp)
    m = np.sqrt(fx * fx + fy * fy)
    low, high = m.min(), m.max()
    index = ((m - low) * (255 / (high - low))).astype(np.uint8)[::-1]
    image = Image.frombytes("P", (BIG, BIG), index.tobytes())
    image.putpalette([channel for i in range(256) for channel in (i, i, 255 - i)])
    image.save(path)


def measured(command):
    """Seconds, and peak memory in MiB. wait4's ru_maxrss counts what the parent held at the fork, so the kernel's mark is read."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), peak)
        except OSError:
            pass
        time.sleep(0.005)
    if process.returncode:
        sys.exit(f"{command} failed")
    return time.perf_counter() - start, peak / 1024


def whole_command(rounds):
    with tempfile.TemporaryDirectory() as folder:
        own, other = os.path.join(folder, "own.png"), os.path.join(folder, "other.png")
        size = f"{BIG}x{BIG}"
        commands = {
            "gradgrid cpu": [f"{RELEASE}/gradgrid", "plot", FORMULA_A, own, "--bare", "--size", size, "--engine", "cpu", "--overwrite"],
            "NumPy + Pillow": [sys.executable, __file__, "--picture", other],
        }
        results = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                results[name].append(measured(command))
        sizes = {"gradgrid cpu": os.path.getsize(own), "NumPy + Pillow": os.path.getsize(other)}
    print(f"\n### c: ‖∇f‖ of {FORMULA_A} to an indexed PNG, {BIG}², the whole command\n")
    print("| who | median s | peak RSS MiB | file MB | gradgrid takes |\n|---|---:|---:|---:|---:|")
    own = statistics.median(t for t, _ in results["gradgrid cpu"])
    for name, all in results.items():
        t, rss = statistics.median(t for t, _ in all), max(rss for _, rss in all)
        print(f"| {name} | {t:.2f} | {rss:.0f} | {sizes[name] / 1e6:.1f} | {own / t:.3f} × its time |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", default="a,b,c")
    options.add_argument("--picture")
    options = options.parse_args()
    if options.picture:
        return numpy_picture(options.picture)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if "a" in options.only:
        in_memory(f"a: ‖∇f‖ of {FORMULA_A}, {N}², f32", FORMULA_A, gradient_a, options.rounds)
    if "b" in options.only:
        in_memory(f"b: ‖∇f‖ of four sines and four Gaussians, {N}², f32", FORMULA_B, gradient_b, options.rounds)
    if "c" in options.only:
        whole_command(max(1, options.rounds // 2))
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
