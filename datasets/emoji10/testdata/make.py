"""Makes the pictures that image_test.go decodes, and what PIL makes of each: NAME.want.png.

    /usr/bin/python3 make.py        (Python 3.11, PIL 9.4, run in this folder)

A picture is laid over white, scaled with PIL's BILINEAR to fit SIZE x SIZE and put in the middle of a white square.
"""
import random
from PIL import Image

SIZE = 32
random.seed(7)


def noise(mode, w, h):
    n = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (w, h), bytes(random.randrange(256) for _ in range(w * h * n)))


def disc(w, h):
    """A coloured disc with a soft edge on nothing, as an emoji is."""
    im = Image.new("RGBA", (w, h))
    for y in range(h):
        for x in range(w):
            d = ((x - w / 2 + .5) ** 2 + (y - h / 2 + .5) ** 2) ** .5
            a = max(0, min(255, int((min(w, h) / 2 - 2 - d) * 128)))
            im.putpixel((x, y), (255 * x // w, 255 * y // h, 40, a))
    return im


def palette():
    im = Image.new("P", (64, 64))
    im.putpalette([0, 0, 0, 200, 30, 30, 30, 200, 30, 30, 30, 200])
    for y in range(64):
        for x in range(64):
            im.putpixel((x, y), (x // 7 + y // 5) % 4)
    return im


def want(im):
    im = im.convert("RGBA")
    white = Image.new("RGBA", im.size, (255, 255, 255, 255))
    white.alpha_composite(im)
    w, h = im.size
    long = max(w, h)
    w, h = max(1, (w * SIZE + long // 2) // long), max(1, (h * SIZE + long // 2) // long)
    out = Image.new("RGB", (SIZE, SIZE), (255, 255, 255))
    out.paste(white.convert("RGB").resize((w, h), Image.BILINEAR), ((SIZE - w) // 2, (SIZE - h) // 2))
    return out


for name, im, options in [
    ("disc.png", disc(64, 64), {}),
    ("noise.png", noise("RGBA", 64, 64), {}),
    ("gray.png", noise("LA", 64, 64), {}),
    ("palette.png", palette(), {"transparency": 0}),
    ("wide.png", noise("RGB", 48, 20), {}),
    ("tall.png", noise("RGBA", 9, 70), {}),
    ("small.png", noise("RGB", 10, 10), {}),
    ("disc.webp", disc(50, 50), {"lossless": True}),
    ("disc.bmp", disc(40, 30).convert("RGB"), {}),
    ("palette.gif", palette(), {"transparency": 0}),
]:
    im.save(name, **options)
    want(Image.open(name)).save(name + ".want.png")
