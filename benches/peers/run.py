"""Runs gradgrid and its Python peers on the same work, interleaved, and prints medians and ratios.

    cargo build --release --bin gradgrid --example bench_engine
    benches/peers/setup                       # once: the virtual environment, from PyPI
    benches/peers/.venv/bin/python benches/peers/run.py [--rounds 5] [--only a,b,c,d]

Work, in f32 over [-5, 5]^2:
  a  ‖∇f‖ of x²y + sin y, 4096², into memory
  b  ‖∇f‖ and the angle of ∇f of four sines and four Gaussians (constants below), 4096², into memory
  c  a's picture as an indexed PNG, 16384², the whole command with start, compute, encode and write
  d  ‖∇f‖ of b's function by gradgrid's engines against each other, 4096², by `gradgrid bench`, which checks every value

Peers get the derivative by hand, except JAX, which differentiates by itself as gradgrid does. Everything is compiled and run once
before it is timed. "reused" writes into arrays that exist; the others allocate their results, as their users do.
gradgrid leaves each band in one reused buffer, as its writers take it. Every result is compared with NumPy's in f64 at 2 000 cells.
Where there is a CUDA device and CuPy, it has a row; JAX then runs on the device, too. Both leave their results there.
"""

import argparse
import atexit
import importlib.util
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


def peers(gradient, axis, both):
    """Name → a function that computes ‖∇f‖ over the plane, and the angle too if `both`, and returns the arrays."""
    x, y = axis[None, :], axis[:, None]
    n = len(axis)
    fresh = lambda: [np.empty((n, n), np.float32) for _ in range(1 + both)]
    kept = fresh()
    work = {}

    def arrays(np, x, y):
        fx, fy = gradient(x, y, np.sin, np.cos, np.exp)
        return (np.sqrt(fx * fx + fy * fy), np.arctan2(fy, fx)) if both else (np.sqrt(fx * fx + fy * fy),)

    work["NumPy"] = lambda: arrays(np, x, y)
    fx, fy = sources(gradient)
    import numexpr

    names = {"x": x, "y": y}

    def name_of(number):
        """numexpr takes a written 1.3 for f64 and with it the whole expression; a variable keeps its type."""
        name = "k" + number[0].replace(".", "_")
        names[name] = np.float32(number[0])
        return name

    typed = lambda text: re.sub(NUMBER, name_of, str(text))
    whole, parts = typed(f"sqrt(({fx})*({fx}) + ({fy})*({fy}))"), [typed(fx), typed(fy)]

    def with_numexpr():
        if not both:
            return (numexpr.evaluate(whole, local_dict=names),)
        # It has one result per call: both partials once, rather than twice in two long expressions.
        p, q = (numexpr.evaluate(part, local_dict=names) for part in parts)
        return numexpr.evaluate("sqrt(p*p + q*q)"), numexpr.evaluate("arctan2(q, p)")

    work["numexpr"] = with_numexpr
    import numba

    numbers = lambda text: re.sub(NUMBER, r"f32(\1)", str(text))
    angle = "angle[i, j] = {}(fy, fx)" if both else ""
    body = f"""
def fill(axis, out{", angle" if both else ""}):
    for i in prange(len(axis)):
        y = axis[i]
        for j in range(len(axis)):
            x = axis[j]
            fx = {numbers(fx)}
            fy = {numbers(fy)}
            out[i, j] = sqrt(fx * fx + fy * fy)
            {angle.format("arctan2")}
"""
    scope = {"prange": numba.prange, "f32": numba.float32, "sin": np.sin, "cos": np.cos, "exp": np.exp, "sqrt": np.sqrt}
    exec(body, scope | {"arctan2": np.arctan2}, scope)
    fill = numba.njit(parallel=True, fastmath=True)(scope["fill"])

    def into(fill, out):
        fill(axis, *out)
        return out

    work["numba, reused"] = lambda: into(fill, kept)
    work["numba"] = lambda: into(fill, fresh())
    kernel = with_taichi(fx, fy, angle.format("atan2"))
    work["taichi, reused"] = lambda: into(kernel, kept)
    import jax
    import jax.numpy as jnp

    def f(x, y):
        if gradient is gradient_a:
            return x * x * y + jnp.sin(y)
        waves = sum(jnp.sin(a * x + b * y + c) for a, b, c in SINES)
        return waves + sum(s * jnp.exp(-k * ((x - p) ** 2 + (y - q) ** 2)) for s, k, p, q in GAUSSIANS)

    def point(x, y):
        fx, fy = jax.grad(f, (0, 1))(x, y)
        return (jnp.sqrt(fx * fx + fy * fy), jnp.arctan2(fy, fx)) if both else (jnp.sqrt(fx * fx + fy * fy),)

    plane = jax.jit(jax.vmap(jax.vmap(point, (0, None)), (None, 0)))
    on_device = jnp.asarray(axis)
    device = "" if jax.devices()[0].platform == "cpu" else ", on the GPU"
    work["JAX" + device] = lambda: [part.block_until_ready() for part in plane(on_device, on_device)]
    try:
        import cupy
    except ImportError:
        return work
    there = cupy.asarray(x), cupy.asarray(y)

    def with_cupy():
        out = arrays(cupy, *there)
        cupy.cuda.Device().synchronize()
        return out

    work["CuPy, on the GPU"] = with_cupy
    return work


def with_taichi(fx, fy, angle):
    """A kernel; taichi reads its source from a file."""
    import taichi

    taichi.init(arch=taichi.cpu, default_fp=taichi.f32, cpu_max_num_threads=os.cpu_count(), log_level=taichi.ERROR)
    array = "ti.types.ndarray(ti.f32, {})"
    source = f"""
import taichi as ti
from taichi import sin, cos, exp, sqrt, atan2

@ti.kernel
def fill(axis: {array.format(1)}, out: {array.format(2)}{", angle: " + array.format(2) if angle else ""}):
    for i, j in out:
        x = axis[j]
        y = axis[i]
        fx = {fx}
        fy = {fy}
        out[i, j] = sqrt(fx * fx + fy * fy)
        {angle}
"""
    file = tempfile.NamedTemporaryFile("w", suffix=".py", delete=False)
    with file:
        file.write(source)
    atexit.register(os.remove, file.name)
    spec = importlib.util.spec_from_file_location("taichi_work", file.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fill


def compare(name, got, gradient, axis):
    """Against f64 at 2 000 cells; an error of 1e-4 of the largest value is a wrong formula, not rounding (f32 keeps 6e-8).

    An angle counts with the length of its vector: where that is small the angle means little.
    """
    i, j = np.random.default_rng(1).integers(0, len(axis), (2, 2000))
    x, y = axis[j].astype(np.float64), axis[i].astype(np.float64)
    fx, fy = gradient(x, y, np.sin, np.cos, np.exp)
    right = np.hypot(fx, fy)
    errors = [np.abs(host(got[0])[i, j] - right)]
    if len(got) > 1:
        turn = host(got[1])[i, j].astype(np.float64) - np.arctan2(fy, fx)
        errors.append(np.abs(turn - 2 * np.pi * np.round(turn / (2 * np.pi))) * right)
    worst = max(float(np.max(error) / np.max(right)) for error in errors)
    if not worst < 1e-4:
        sys.exit(f"{name} computes something else: relative error {worst:.1e}")


def host(array):
    return array.get() if hasattr(array, "get") else np.asarray(array)


def table(title, times, points):
    print(f"\n### {title}\n\n| who | median ms | Mpt/s | gradgrid takes |\n|---|---:|---:|---:|")
    medians = {name: statistics.median(all) for name, all in times.items()}
    own = medians["gradgrid cpu"]
    for name, ms in sorted(medians.items(), key=lambda item: item[1]):
        print(f"| {name} | {ms:.1f} | {points / ms / 1e3:.0f} | {own / ms:.2f} × its time |")


def in_memory(title, formula, gradient, quantities, rounds):
    axis = np.linspace(-5, 5, N).astype(np.float32)
    work = peers(gradient, axis, len(quantities) > 1)
    for name, compute in work.items():
        compare(name, compute(), gradient, axis)
    with tempfile.TemporaryDirectory() as folder:
        own = []
        for quantity in quantities:
            path = os.path.join(folder, quantity + ".npy")
            asked = ["eval", formula, path, "-q", quantity, "--size", f"{N}x{N}", "--engine", "cpu", "--quiet"]
            subprocess.run([f"{RELEASE}/gradgrid", *asked], check=True)
            own.append(np.load(path, mmap_mode="r").reshape(N, N))
        compare("gradgrid", own, gradient, axis)
    times = {name: [] for name in ["gradgrid cpu", *work]}
    for _ in range(rounds):
        command = [f"{RELEASE}/examples/bench_engine", "cpu", str(N), "1", formula, ",".join(quantities)]
        out = subprocess.run(command, check=True, capture_output=True)
        times["gradgrid cpu"] += json.loads(out.stdout)["ms"]
        for name, compute in work.items():
            start = time.perf_counter()
            compute()
            times[name].append((time.perf_counter() - start) * 1e3)
    table(title, times, N * N)


def engines(rounds):
    command = [f"{RELEASE}/gradgrid", "bench", FORMULA_B, "--sizes", str(N), "--rounds", str(rounds), "--json", "--quiet"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    print(f"\n### d: ‖∇f‖ of four sines and four Gaussians, {N}², by engine; {report['adapter'] or 'no GPU adapter'}\n")
    print("| engine | median ms | Mpt/s | kernels ms |\n|---|---:|---:|---:|")
    for row in report["sizes"][0]["engines"]:
        kernels = f"{row['kernels']['median_s'] * 1e3:.1f}" if row["kernels"] else ""
        print(f"| {row['engine']} | {row['pass']['median_s'] * 1e3:.1f} | {row['points_per_s'] / 1e6:.0f} | {kernels} |")


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
    options.add_argument("--only", default="a,b,c,d")
    options.add_argument("--picture")
    options = options.parse_args()
    if options.picture:
        return numpy_picture(options.picture)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if "a" in options.only:
        in_memory(f"a: ‖∇f‖ of {FORMULA_A}, {N}², f32", FORMULA_A, gradient_a, ["magnitude"], options.rounds)
    if "b" in options.only:
        title = f"b: ‖∇f‖ and its angle of four sines and four Gaussians, {N}², f32"
        in_memory(title, FORMULA_B, gradient_b, ["magnitude", "direction"], options.rounds)
    if "c" in options.only:
        whole_command(max(1, options.rounds // 2))
    if "d" in options.only:
        engines(options.rounds)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
