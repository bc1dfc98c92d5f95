"""Compares gradgrid on sampled grids with numpy.gradient, gdaldem and a scikit-image loop: values first, then time.

    cargo build --release
    benches/peers/setup                                  # numpy, scikit-image; gdaldem is Debian's gdal-bin
    benches/peers/.venv/bin/python benches/peers/sampled.py [numpy] [gdal] [batch] [--size 4096] [--images 1000] [--shapes 200] [--rounds 3]

  numpy   gradients of random shapes, types, spacings and edge orders, f64 to the last bit or 1 ulp, f32 within its bound; then load,
          gradient and save of a size² f32 array, the whole command
  gdal    slope, aspect, hillshade, TPI, TRI, roughness of a size² terrain with holes, cells 30 × 20 (aspect 30 × 30: gdaldem's does not
          look at the size of cells): slope within 1e-3 degrees, aspect within 1e-2 where slope > 0.1, hillshade within 1 level, the
          others within 1e-3 of a metre, nodata in the same cells; then slope of the file, the whole command
  batch   saliency maps of 512² colour images: gradgrid batch against a loop over files with scikit-image, within 2 levels of 255

Every time is of a whole process or loop with its files, interleaved, the median of the rounds. The exit code is 1 if a value differs.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
BINARY = os.environ.get("GRADGRID", os.path.join(TARGET, "release", "gradgrid"))
WRONG = []


def check(name, good, detail):
    print(f"{'ok   ' if good else 'WRONG'} {name}: {detail}", flush=True)
    if not good:
        WRONG.append(name)


def gradgrid(*args):
    done = subprocess.run([BINARY, *map(str, args), "--quiet", "--overwrite"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"gradgrid {' '.join(map(str, args))}: {done.stderr}")


def timed(rounds, **jobs):
    """Median seconds of each job, one after the other in each round."""
    times = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours = medians["gradgrid"]
    for name, seconds in medians.items():
        print(f"      {name:12} {seconds:8.3f} s   {seconds / ours:6.2f} × gradgrid's time   (load {os.getloadavg()[0]:.1f})")
    return medians


def numpy_values(folder, shapes):
    """gradient by gradgrid and numpy.gradient; numpy's axes are the other way round."""
    random = np.random.default_rng(20261123)
    worst64, worst32, tried = 0.0, 0.0, 0
    for _ in range(shapes):
        axes = int(random.integers(1, 4))
        order = int(random.integers(1, 3))
        shape = tuple(int(n) for n in random.integers(order + 1, [120, 40, 14][axes - 1], axes))
        kind = random.choice(["<f8", ">f8", "<f4", "<i2", "|u1"])
        values = random.normal(0, 10.0 ** random.integers(-3, 4), shape)
        values = np.clip(values, 0, 255).astype(kind) if kind == "|u1" else np.clip(values, -3e4, 3e4).astype(kind)
        np.save(f"{folder}/a.npy", values)
        args, spacing = [], []
        for axis, name in zip(range(axes), "xyz"):
            n = shape[axes - 1 - axis]
            if random.random() < 0.3:
                nodes = np.cumsum(random.uniform(0.1, 2, n))
                np.save(f"{folder}/{name}.npy", nodes)
                args += [f"--{name}", f"{folder}/{name}.npy"]
                spacing.insert(0, nodes)
            else:
                args += [f"--{name}", f"0:{n - 1}"]
                spacing.insert(0, 1.0)
        for engine, wide in [("f64", True), ("cpu", False)]:
            gradgrid("eval", f"{folder}/a.npy", f"{folder}/g.npy", "-q", "gradient", "--edge-order", order, "--engine", engine, *args)
            found = np.load(f"{folder}/g.npy").reshape((axes, *shape)) if axes > 1 else np.load(f"{folder}/g.npy")[None]
            expected = np.gradient(values.astype("f8"), *spacing, edge_order=order)
            expected = np.stack(expected if axes > 1 else [expected])[::-1]
            if wide:
                worst64 = max(worst64, float(np.max(np.abs(found - expected) / np.spacing(np.abs(expected)))))
            else:
                # Three values, their weights, products and sums are each rounded: less than 16 half ulps of the largest term.
                nearest = min(np.min(np.diff(s)) if np.ndim(s) else s for s in spacing)
                scale = max(float(np.abs(values.astype("f8")).max()), 1e-30) / nearest
                worst32 = max(worst32, float(np.max(np.abs(found - expected)) / (scale * 2.0**-24)))
        tried += 1
    check("numpy.gradient, f64", worst64 <= 1, f"{tried} shapes, off by at most {worst64:.2f} ulp")
    check("numpy.gradient, f32", worst32 <= 16, f"{tried} shapes, off by at most {worst32:.2f} × 2⁻²⁴ of the largest term")


def numpy_speed(folder, size, rounds):
    random = np.random.default_rng(1)
    np.save(f"{folder}/a.npy", random.random((size, size), dtype="f4"))

    def peer():
        np.save(f"{folder}/n.npy", np.stack(np.gradient(np.load(f"{folder}/a.npy"))))

    print(f"      load, gradient and save of {size}² f32")
    timed(rounds, gradgrid=lambda: gradgrid("eval", f"{folder}/a.npy", f"{folder}/g.npy", "-q", "gradient"), numpy=peer)


def terrain(size):
    """Hills of all scales with holes and a lake."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:size, 0:size].astype("f4")
    heights = np.zeros((size, size), "f4")
    for k in range(1, 8):
        a, b, c, d = random.uniform(0, 6.28, 4)
        f = 2.0**k * 3 / size
        heights += np.float32(600 / k**1.7) * np.sin(f * x + a * np.sin(f * y + b) + c) * np.cos(f * y * 0.8 + d)
    heights += random.normal(0, 0.5, heights.shape).astype("f4")
    heights[size // 4 : size // 4 + size // 16, size // 3 : size // 2] = 100
    # In eighths of a metre: gdaldem sums heights in f32, and of other heights its aspect is off by 0.02 degrees itself.
    heights = np.round(heights * 8) / np.float32(8)
    for _ in range(200):
        r, c = random.integers(0, size, 2)
        n = int(random.integers(1, 40))
        heights[r : r + n, c : c + n] = -9999
    heights[random.random(heights.shape) < 1e-4] = -9999
    return heights


def envi(path, values, cell):
    values.tofile(path)
    kind = {"float32": 4, "uint8": 1}[values.dtype.name]
    with open(os.path.splitext(path)[0] + ".hdr", "w") as header:
        header.write(
            f"ENVI\nsamples = {values.shape[1]}\nlines = {values.shape[0]}\nbands = 1\nheader offset = 0\n"
            f"data type = {kind}\ninterleave = bsq\nbyte order = 0\ndata ignore value = -9999\n"
            f"map info = {{UTM, 1, 1, 500000, 5300000, {cell[0]}, {cell[1]}, 33, North, WGS-84, units=Meters}}\n"
        )


def gdal(*args):
    subprocess.run(list(map(str, args)), check=True, capture_output=True)


def values_of(path, folder):
    """Pixels and nodata cells of any raster, through GDAL."""
    gdal("gdal_translate", "-q", "-of", "ENVI", "-ot", "Float32", path, f"{folder}/read.bin")
    info = subprocess.run(["gdalinfo", path], capture_output=True, text=True, check=True).stdout
    nodata = next((float(line.split("=")[1].split()[0]) for line in info.splitlines() if "NoData Value" in line), None)
    values = np.fromfile(f"{folder}/read.bin", "<f4")
    missing = np.isnan(values) | (values == np.float32(nodata) if nodata is not None else False)
    return values, missing, info


def gdal_values(folder, size):
    heights = terrain(size)
    for name, cell in [("dem", (30, 20)), ("square", (30, 30))]:
        envi(f"{folder}/{name}.bil", heights, cell)
        gdal("gdal_translate", "-q", "-co", "COMPRESS=NONE", f"{folder}/{name}.bil", f"{folder}/{name}.tif")
    steep = None
    for quantity, dem, args, tolerance in [
        ("slope", "square", ["slope"], 1e-3),
        ("slope", "dem", ["slope"], 1e-3),
        ("aspect", "square", ["aspect"], 1e-2),
        ("hillshade", "dem", ["hillshade"], 1),
        ("hillshade:200,30", "dem", ["hillshade", "-az", "200", "-alt", "30"], 1),
        ("hillshade:combined", "dem", ["hillshade", "-combined"], 1),
        ("hillshade:multidirectional", "dem", ["hillshade", "-multidirectional"], 1),
        ("tpi", "dem", ["TPI"], 1e-3),
        ("tri", "dem", ["TRI", "-alg", "Riley"], 1e-3),
        ("tri:wilson", "dem", ["TRI", "-alg", "Wilson"], 1e-3),
        ("roughness", "dem", ["roughness"], 1e-3),
    ]:
        gdal("gdaldem", args[0], f"{folder}/{dem}.tif", f"{folder}/theirs.tif", *args[1:])
        gradgrid("eval", f"{folder}/{dem}.tif", f"{folder}/ours.tif", "-q", quantity)
        theirs, hole, _ = values_of(f"{folder}/theirs.tif", folder)
        ours, masked, info = values_of(f"{folder}/ours.tif", folder)
        if quantity.startswith("hillshade"):
            hole = theirs == 0
        if quantity == "slope" and dem == "square":
            steep = np.where(hole, 0, theirs) > 0.1
        at = ~hole & ~masked
        if quantity == "aspect":
            at &= steep
            difference = np.abs(ours - theirs)
            difference = np.minimum(difference, 360 - difference)
            # Flat cells have no aspect in either, and ours are flat on the slope of one surface.
            same = np.count_nonzero((hole != masked) & steep)
        else:
            difference = np.abs(ours - theirs)
            same = np.count_nonzero(hole != masked)
        worst = float(difference[at].max())
        placed = "Origin = (500000" in info and "WGS 84 / UTM zone 33N" in info
        good = worst <= tolerance and same == 0 and placed
        detail = f"off by at most {worst:.2e} in {np.count_nonzero(at)} cells, {same} cells differ in nodata"
        check(f"gdaldem {' '.join(args)}, {dem}", good, detail + ("" if placed else "; the place is lost"))


def gdal_speed(folder, size, rounds):
    print(f"      slope of an uncompressed {size}² GeoTIFF into an uncompressed one")
    ours = lambda: gradgrid("eval", f"{folder}/dem.tif", f"{folder}/ours.tif", "-q", "slope", "--uncompressed")
    timed(rounds, gradgrid=ours, gdaldem=lambda: gdal("gdaldem", "slope", f"{folder}/dem.tif", f"{folder}/theirs.tif"))


def batch(folder, images, rounds):
    from skimage import filters, img_as_float, img_as_ubyte, io

    random = np.random.default_rng(3)
    os.mkdir(f"{folder}/photos")
    for number in range(images):
        coarse = random.random((17, 17, 3))
        image = np.kron(coarse, np.ones((32, 32, 1)))[:512, :512]
        image = filters.gaussian(image, 6, channel_axis=2) + random.normal(0, 0.01, (512, 512, 1))
        io.imsave(f"{folder}/photos/{number:04}.png", img_as_ubyte(np.clip(image, 0, 1)), check_contrast=False)

    def loop():
        shutil.rmtree(f"{folder}/theirs", ignore_errors=True)
        os.mkdir(f"{folder}/theirs")
        for name in sorted(os.listdir(f"{folder}/photos")):
            image = img_as_float(io.imread(f"{folder}/photos/{name}"))
            total = sum(filters.sobel(image[..., c]) ** 2 for c in range(3))
            smooth = filters.gaussian(np.sqrt(total), 2, mode="reflect")
            scaled = (smooth - smooth.min()) / (smooth.max() - smooth.min())
            io.imsave(f"{folder}/theirs/{name}", img_as_ubyte(scaled), check_contrast=False)

    def ours():
        shutil.rmtree(f"{folder}/ours", ignore_errors=True)
        gradgrid("batch", f"{folder}/photos", f"{folder}/ours")

    ours()
    loop()
    worst = 0
    for name in sorted(os.listdir(f"{folder}/photos"))[:20]:
        a, b = io.imread(f"{folder}/ours/{name}"), io.imread(f"{folder}/theirs/{name}")
        a = a[..., 0] if a.ndim == 3 else a
        worst = max(worst, int(np.abs(a.astype(int) - b.astype(int)).max()))
    check("batch, saliency", worst <= 2, f"off by at most {worst} of 255 levels in 20 images")
    print(f"      saliency maps of {images} images of 512²")
    timed(rounds, gradgrid=ours, **{"scikit-image": loop})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["numpy", "gdal", "batch"])
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--shapes", type=int, default=200)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if "numpy" in args.what:
            numpy_values(folder, args.shapes)
            numpy_speed(folder, args.size, args.rounds)
        if "gdal" in args.what:
            gdal_values(folder, args.size)
            gdal_speed(folder, args.size, args.rounds)
        if "batch" in args.what:
            batch(folder, args.images, args.rounds)
    sys.exit(f"{len(WRONG)} comparisons differ" if WRONG else 0)


if __name__ == "__main__":
    main()
