#!/usr/bin/env python3
"""Makes the small files that the readers are tested with, by the tools that people use.

    pip install numpy pillow tifffile imagecodecs rasterio OpenEXR
    python make.py

Every number that a test expects is computed there from the same rule, `value(row, column)` below.
"""

import os
import struct
import zlib

import imagecodecs  # noqa: F401  (tifffile's codecs)
import numpy as np
import OpenEXR
import rasterio
import tifffile
from PIL import Image
from rasterio.transform import from_origin

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def value(row, column):
    """Whole numbers from 0 to 240 with no symmetry."""
    return (row * 37 + column * 11 + row * column * 3) % 241


def plane(height, width, dtype="u1", factor=1):
    rows, columns = np.mgrid[0:height, 0:width]
    return (value(rows, columns) * factor).astype(dtype)


# Arrays -------------------------------------------------------------------------------------------------------------
np.save("fortran-be.npy", np.asfortranarray(plane(5, 7, ">f8", 0.5)))
np.save("volume.npy", np.stack([plane(3, 4, "i2", k - 1) for k in range(3)]))
np.savez("stored.npz", height=plane(6, 5, "f4", 0.25), other=np.arange(4))
np.savez_compressed("deflated.npz", plane(40, 30, "u2", 100))

# Pictures -----------------------------------------------------------------------------------------------------------
grey = plane(9, 11)
Image.fromarray(grey).save("grey.png")
Image.fromarray(plane(9, 11, "u2", 257)).save("grey16.png")
colour = np.dstack([grey, plane(9, 11).T.reshape(9, 11), 240 - grey])
Image.fromarray(colour).save("colour.png")
alpha = np.dstack([colour, np.where(grey % 5 == 0, 0, 255).astype("u1")])
Image.fromarray(alpha).save("alpha.png")
Image.fromarray(colour).quantize(16).save("palette.png")
Image.fromarray(colour).save("lossless.webp", lossless=True)
Image.fromarray(alpha).save("alpha.webp", lossless=True, exact=True)
smooth = np.add.outer(np.arange(24), np.arange(20) * 2).astype("u1") + 60
Image.fromarray(smooth).save("grey.jpg", quality=95)
Image.fromarray(np.dstack([smooth, smooth[::-1], 200 - smooth])).save("colour.jpg", quality=95)
Image.fromarray(np.dstack([smooth, smooth[::-1], 200 - smooth])).save("progressive.jpg", quality=90, progressive=True)
Image.fromarray(np.dstack([smooth, smooth[::-1], 200 - smooth])).save("lossy.webp", quality=80)

# TIFF ---------------------------------------------------------------------------------------------------------------
floats = plane(40, 37, "f4", 0.5)
tifffile.imwrite("strips-lzw.tif", plane(40, 37), compression="lzw", predictor=2, rowsperstrip=7, metadata=None)
tifffile.imwrite("strips-packbits.tif", plane(40, 37), compression="packbits", rowsperstrip=16, metadata=None)
tifffile.imwrite("tiles-zstd.tif", floats, compression="zstd", predictor=3, tile=(16, 16), metadata=None)
tifffile.imwrite("big-be-tiles.tif", plane(40, 37, "i4", -3), byteorder=">", bigtiff=True, compression="zlib",
                 predictor=2, tile=(16, 32), metadata=None)
tifffile.imwrite("planes.tif", np.stack([plane(12, 10, "u2", k) for k in (1, 2, 3)]), photometric="rgb",
                 planarconfig="separate", compression="zlib", rowsperstrip=5, metadata=None)
tifffile.imwrite("rgb.tif", colour, photometric="rgb", metadata=None)
tifffile.imwrite("double-be.tif", plane(12, 10, "f8", 0.125), byteorder=">", compression="zlib", predictor=3, metadata=None)
tifffile.imwrite("half.tif", plane(12, 10, "f2", 0.125), metadata=None)
tifffile.imwrite("pages.tif", np.stack([plane(5, 4, "u1", k) for k in (1, 0)]), photometric="minisblack", metadata=None)
Image.fromarray(grey > 100).save("bits.tif")

dem = plane(40, 37, "f4", 0.5)
dem[3, 5] = dem[20, 30] = -9999


def gdal(name, data, crs, transform, **options):
    with rasterio.open(name, "w", driver="GTiff", width=data.shape[1], height=data.shape[0], count=1, dtype=data.dtype,
                       crs=crs, transform=transform, **options) as file:
        file.write(data, 1)


gdal("utm.tif", dem, "EPSG:32633", from_origin(400_000, 5_600_000, 10, 20), nodata=-9999)
gdal("degrees.tif", plane(20, 18, "i2", 10), "EPSG:4326", from_origin(11.5, 47.25, 1 / 1200, 1 / 1200), nodata=0,
     compress="deflate", predictor=2, tiled=True, blockxsize=16, blockysize=16)
gdal("feet.tif", plane(6, 5), "EPSG:2225", from_origin(6_000_000, 2_000_000, 3, 3), compress="zstd", predictor=1)
with rasterio.Env(GTIFF_POINT_GEO_IGNORE=False):
    with rasterio.open("point.tif", "w", driver="GTiff", width=5, height=6, count=1, dtype="uint8", crs="EPSG:32633",
                       transform=from_origin(1000, 2000, 10, 10)) as file:
        file.write(plane(6, 5), 1)
        file.update_tags(AREA_OR_POINT="Point")
with rasterio.open("sparse.tif", "w", driver="GTiff", width=40, height=40, count=1, dtype="float32", tiled=True, blockxsize=16,
                   blockysize=16, nodata=-1, sparse_ok=True) as file:
    file.write(plane(16, 16, "f4"), 1, window=((16, 32), (16, 32)))

# EXR ----------------------------------------------------------------------------------------------------------------
for name, compression in [("zip", OpenEXR.ZIP_COMPRESSION), ("piz", OpenEXR.PIZ_COMPRESSION)]:
    header = {"compression": compression, "type": OpenEXR.scanlineimage}
    channels = {"R": plane(9, 11, "f4"), "G": plane(9, 11, "f4", 0.5), "B": plane(9, 11, "f4", 2)}
    OpenEXR.File(header, channels).write(f"colour-{name}.exr")
header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
OpenEXR.File(header, {"Z": plane(9, 11, "f4", 0.5), "N.x": plane(9, 11, "f2", 0.25)}).write("layers.exr")

# Text ---------------------------------------------------------------------------------------------------------------
with rasterio.open("gdal.asc", "w", driver="AAIGrid", width=4, height=3, count=1, dtype="float32", nodata=-9999,
                   transform=from_origin(10, 60, 5, 5)) as file:
    file.write(plane(3, 4, "f4", 0.5), 1)
for name in ("gdal.prj", "gdal.asc.aux.xml"):
    if os.path.exists(name):
        os.remove(name)

# Large ones -----------------------------------------------------------------------------------------------------------
# A decoder needs a megabyte or more for each of these, and they are small on disk: tests measure its memory.
rows, columns = np.mgrid[0:512, 0:640]
steps = ((rows // 64) * 8 + columns // 64).astype("u1")
rgb = np.dstack([steps, steps[::-1], 200 - steps])
Image.fromarray(steps).save("large-grey.jpg", quality=80)
Image.fromarray(rgb).save("large-progressive.jpg", quality=80, progressive=True)
Image.fromarray(rgb).save("large-lossy.webp", quality=80)
Image.fromarray(rgb).save("large-lossless.webp", lossless=True)
np.savez_compressed("large-fortran.npz", np.asfortranarray(steps.astype("f4")))
for codec in ("lzw", "packbits", "zlib", "zstd"):
    predictor = codec != "packbits"
    tifffile.imwrite(f"large-{codec}.tif", steps, compression=codec, predictor=2 if predictor else None, rowsperstrip=512,
                     metadata=None)
tifffile.imwrite("large-tiles.tif", np.dstack([steps] * 3).astype("f4"), photometric="rgb", compression="zlib", predictor=3,
                 tile=(256, 256), metadata=None)
OpenEXR.File({"compression": OpenEXR.PIZ_COMPRESSION, "type": OpenEXR.scanlineimage},
             {name: rgb[:, :, k].astype("f4") for k, name in enumerate("RGB")}).write("large-piz.exr")
OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage},
             {name: rgb[:, :, k].astype("f4") for k, name in enumerate("RGB")}).write("large-zip.exr")


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def interlaced(name, pixels):
    """Adam7, which Pillow does not write: seven passes of ever more pixels, without filters."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    data = b"".join(b"\0" + row.tobytes() for y, x, dy, dx in passes for row in pixels[y::dy, x::dx])
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 1)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(data, 9))
                   + png_chunk(b"IEND", b""))


interlaced("large-interlaced.png", rgb)
Image.fromarray(rgb).save("large-rows.png")
