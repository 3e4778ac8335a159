"""Makes multimodal/image/testdata/opencv.json: what OpenCV makes of three pictures, as checksums, and its contours.

The pictures are those of opencv_test.go: synthetic(40, 61), its grey, and a mask of discs, rings and noise.

usage: scripts/golden/image_opencv.py > multimodal/image/testdata/opencv.json   (opencv-python-headless, numpy)
"""
import json
import zlib

import cv2
import numpy as np

h, w = 40, 61
y, x = np.mgrid[0:h, 0:w]
rgb = np.stack([(3 * x + 5 * y) % 256, x * y % 256, (x // 7) * (y // 5) * 13 % 256], -1).astype(np.uint8)
grey = ((rgb[..., 0].astype(int) * 19595 + rgb[..., 1].astype(int) * 38470 + rgb[..., 2].astype(int) * 7471 + 32768) >> 16).astype(np.uint8)
soft = cv2.GaussianBlur(grey, (5, 5), 0)
H, W = 80, 120
y, x = np.mgrid[0:H, 0:W]
mask = np.zeros((H, W), np.uint8)
for cy, cx, r in (20, 25, 18), (50, 80, 27), (60, 20, 9), (5, 115, 12):
    mask |= ((y - cy) ** 2 + (x - cx) ** 2 <= r * r).astype(np.uint8)
for cy, cx, r in (20, 25, 11), (50, 80, 20):
    mask[(y - cy) ** 2 + (x - cx) ** 2 <= r * r] = 0
mask |= ((y - 50) ** 2 + (x - 78) ** 2 <= 49).astype(np.uint8)
mask |= ((x * 7919 + y * 104729 + x * y * 31) % 17 == 0).astype(np.uint8)
mask *= 255

crc = lambda a: zlib.crc32(np.ascontiguousarray(a).tobytes())
bits = lambda a: np.packbits(a > 0).tobytes().hex()
out = {}
every = np.stack(np.meshgrid(*[np.arange(0, 256, 5)] * 3, indexing="ij"), -1).astype(np.uint8).reshape(208, 676, 3)
out["lab"] = crc(cv2.cvtColor(every, cv2.COLOR_RGB2LAB))
back = cv2.cvtColor(every[:, ::97], cv2.COLOR_LAB2RGB)
out["from lab"] = back.reshape(-1).tolist()
shapes = dict(rect=cv2.MORPH_RECT, cross=cv2.MORPH_CROSS, ellipse=cv2.MORPH_ELLIPSE)
ops = dict(open=cv2.MORPH_OPEN, close=cv2.MORPH_CLOSE, gradient=cv2.MORPH_GRADIENT, tophat=cv2.MORPH_TOPHAT, blackhat=cv2.MORPH_BLACKHAT)
for name, shape in shapes.items():
    for kh, kw in (1, 1), (3, 3), (5, 7), (4, 6), (9, 2):
        k = cv2.getStructuringElement(shape, (kw, kh))
        out[f"erode {name} {kh}x{kw}"], out[f"dilate {name} {kh}x{kw}"] = crc(cv2.erode(rgb, k)), crc(cv2.dilate(rgb, k))
    k = cv2.getStructuringElement(shape, (3, 5))
    for op in ops:
        out[f"{op} {name}"] = crc(cv2.morphologyEx(grey, ops[op], k))
out["threshold"] = crc(cv2.threshold(rgb, 100, 255, cv2.THRESH_BINARY)[1])
for name, m in dict(grey=grey, soft=soft, mask=mask).items():
    out["otsu " + name] = int(cv2.threshold(m, 0, 255, cv2.THRESH_OTSU)[0])
    out["equalize " + name] = crc(cv2.equalizeHist(m))
    for size, c in (3, 2), (11, -3.5), (25, 0):
        out[f"mean {name} {size}"] = crc(cv2.adaptiveThreshold(m, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, c))
        out[f"gaussian {name} {size}"] = bits(cv2.adaptiveThreshold(m, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, size, c))
    out["sobel " + name] = [crc(cv2.Sobel(m, cv2.CV_16S, 1, 0)), crc(cv2.Sobel(m, cv2.CV_16S, 0, 1))]
    for low, high in (50, 150), (100, 100), (300, 20.5), (0, 700):
        out[f"canny {name} {low} {high}"] = crc(cv2.Canny(m, low, high))
    out["median " + name] = crc(cv2.medianBlur(m, 5))
for diagonal, connectivity in (False, 4), (True, 8):
    n, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    out["components " + str(diagonal).lower()] = sorted(s.tolist() for s in stats[1:])
contours, hierarchy = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
simple, _ = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
key = lambda c: c.reshape(-1).tolist()
# each: its points' checksum, the simplified ones', the area, and the first point of its parent, -1: none
out["contours"] = sorted([c[0][0].tolist() + [len(c), crc(c.astype(np.int32)), crc(s.astype(np.int32)), cv2.contourArea(c),
                           contours[p][0][0].tolist() if p >= 0 else -1]
                          for c, s, (_, _, _, p) in zip(contours, simple, hierarchy[0])], key=str)
print("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in out.items()) + "\n}")
