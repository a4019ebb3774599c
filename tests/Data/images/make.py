#!/usr/bin/env python3
"""Makes the images of this folder with Debian's python3-pil: run it here.

All show the same scene of 24 x 16 pixels, four flat quarters: red, green over blue, white; so a decoded file is checked by
the colours of its corners. orientation-N.jpg is stored turned such that EXIF orientation N makes it upright again.
"""
import struct, zlib
from PIL import Image, ImageOps

W, H = 24, 16
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
scene = Image.new("RGB", (W, H))
for box, colour in (((0, 0), RED), ((W // 2, 0), GREEN), ((0, H // 2), BLUE), ((W // 2, H // 2), WHITE)):
    scene.paste(colour, (*box, box[0] + W // 2, box[1] + H // 2))


def jpeg(image, name, **options):
    image.save(name, quality=95, subsampling=0, **options)


def exif(orientation):
    return b"Exif\0\0" + struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def png(name, depth, colour_type, raw, *chunks, interlace=0):
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    header = struct.pack(">IIBBBBB", W, H, depth, colour_type, 0, 0, interlace)
    with open(name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in chunks)
                + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


jpeg(scene, "rgb.jpg")
jpeg(scene, "progressive.jpg", progressive=True)
jpeg(scene.convert("L"), "gray.jpg")
jpeg(scene.convert("CMYK"), "cmyk.jpg")      # PIL writes Adobe's marker and inverted inks, as Photoshop does
jpeg(scene.convert("CMYK").point(lambda ink: 255 - ink), "cmyk-ink.jpg")
with open("cmyk-ink.jpg", "r+b") as f:       # the same without the marker: the file holds the inks themselves
    whole = f.read()
    at = whole.index(b"\xff\xee")
    f.seek(0)
    f.truncate()
    f.write(whole[:at] + whole[at + 2 + int.from_bytes(whole[at + 2:at + 4], "big"):])
undo = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE, 6: Image.ROTATE_90,
        7: Image.TRANSVERSE, 8: Image.ROTATE_270}
for n in range(1, 9):
    stored = scene if n == 1 else scene.transpose(undo[n])
    jpeg(stored, f"orientation-{n}.jpg", exif=exif(n))
    assert ImageOps.exif_transpose(Image.open(f"orientation-{n}.jpg")).size == (W, H)
jpeg(Image.linear_gradient("L").resize((64, 64)).convert("RGB"), "large.jpg")

with open("large.jpg", "rb") as f:
    whole = f.read()
with open("truncated.jpg", "wb") as f:
    f.write(whole[: len(whole) * 3 // 4])
open("empty.jpg", "wb").close()
with open("text.jpg", "w") as f:
    f.write("This is no image.\n")

scene.save("rgb.png")
scene.convert("L").save("gray.png")
scene.convert("P", palette=Image.ADAPTIVE, colors=4).save("palette.png")
faded = scene.convert("RGBA")
faded.putalpha(Image.new("L", (W, H), 0).point(lambda _: 128))
faded.save("alpha.png")
rows = [[scene.getpixel((x, y)) for x in range(W)] for y in range(H)]
png("rgb16.png", 16, 2, b"".join(b"\0" + b"".join(struct.pack(">3H", *(v * 257 for v in p)) for p in row) for row in rows))
adam7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
passes = [row[x::dx] for x, y, dx, dy in adam7 for row in rows[y::dy]]
png("interlaced.png", 8, 2, b"".join(b"\0" + b"".join(bytes(p) for p in row) for row in passes), interlace=1)
png("orientation-6.png", 8, 2, b"".join(b"\0" + b"".join(bytes(p) for p in row) for row in rows), (b"eXIf", exif(6)[6:]))
png("huge.png", 8, 2, b"")
with open("huge.png", "r+b") as f:
    header = struct.pack(">IIBBBBB", 100000, 100000, 8, 2, 0, 0, 0)
    f.seek(16)
    f.write(header + struct.pack(">I", zlib.crc32(b"IHDR" + header)))
with open("rgb.png", "rb") as f:
    whole = f.read()
with open("truncated.png", "wb") as f:
    f.write(whole[:-20])
