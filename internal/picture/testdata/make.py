"""Makes the pictures that picture_test.go decodes, and what PIL makes of each: NAME.want.png.

    /usr/bin/python3 make.py        (Python 3.11, PIL 9.4, run in this folder)
"""
import io
from PIL import Image


def disc(w, h, colour):
    im = Image.new("RGBA", (w, h))
    for y in range(h):
        for x in range(w):
            inside = (x - w / 2) ** 2 + (y - h / 2) ** 2 < (min(w, h) / 2) ** 2
            im.putpixel((x, y), colour + ((x * 7) % 256 if inside else 0,))
    return im


def save(name, frames, **how):
    frames[0].save(name, save_all=True, append_images=frames[1:], duration=50, **how)
    Image.open(name).convert("RGBA").save(name + ".want.png")


frames = [disc(20, 14, (200, 20, 90)), disc(20, 14, (0, 90, 255))]
save("lossless.webp", frames, lossless=True, exact=True)
save("lossy.webp", [f.convert("RGB") for f in frames], quality=90)
save("alpha.webp", frames, quality=90)

# The first frame on a part of its canvas: its place is four columns and two rows from the corner, on a canvas of 30 x 20.
whole = bytearray(open("lossless.webp", "rb").read())
whole[24:30] = (29).to_bytes(3, "little") + (19).to_bytes(3, "little")
at = whole.index(b"ANMF") + 8
whole[at:at + 6] = (2).to_bytes(3, "little") + (1).to_bytes(3, "little")
open("placed.webp", "wb").write(whole)
Image.open("placed.webp").convert("RGBA").save("placed.webp.want.png")

Image.new("L", (16, 16), 90).save("progressive.jpg", progressive=True)
