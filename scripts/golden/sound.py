"""Writes internal/sound/testdata: small sound files by libsndfile, and beside each (.f32) what libsndfile reads in it.

usage: python scripts/golden/sound.py internal/sound/testdata     (a Python with numpy and soundfile)
"""
import os, sys
import numpy as np, soundfile as sf

out = sys.argv[1]
rng = np.random.default_rng(0)


def tone(rate, channels, n):
    t = np.arange(n) / rate
    x = np.stack([0.6 * np.sin(2 * np.pi * (200 + 300 * c + 2000 * t) * t) for c in range(channels)], 1)
    return x + 0.01 * rng.standard_normal(x.shape)


def write(name, rate, channels, n, **how):
    path = os.path.join(out, name)
    sf.write(path, tone(rate, channels, n), rate, **how)
    x, got = sf.read(path, dtype="float32", always_2d=True)
    assert got == rate
    x.astype("<f4").tofile(path + ".f32")
    print(name, rate, channels, len(x), n)


for sub in "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW":
    write("mono_%s.wav" % sub.lower(), 16000, 1, 801, subtype=sub)
write("stereo_pcm_16.wav", 44100, 2, 500, subtype="PCM_16")
write("three_ex_pcm_24.wav", 48000, 3, 401, format="WAVEX", subtype="PCM_24")
write("ex_float.wav", 48000, 2, 400, format="WAVEX", subtype="FLOAT")
write("rf64.wav", 16000, 1, 400, format="RF64", subtype="PCM_16")
for sub in "PCM_S8", "PCM_16", "PCM_24":
    write("mono_%s.flac" % sub.lower(), 16000, 1, 6001, subtype=sub)
write("stereo.flac", 44100, 2, 5000, subtype="PCM_16")
write("six.flac", 96000, 6, 700, subtype="PCM_24")
for rate, channels, n in (16000, 1, 4321), (44100, 2, 5000), (22050, 1, 1), (48000, 1, 3000), (8000, 2, 9000):
    write("%d_%d.ogg" % (rate, channels), rate, channels, n)
for rate, channels, n in (16000, 1, 4321), (44100, 2, 8000), (48000, 1, 5001), (24000, 2, 6000), (32000, 1, 3000):
    write("%d_%d.mp3" % (rate, channels), rate, channels, n)

# What decoders got wrong: frames of MPEG-2 with padding, Vorbis floors without partitions, a rate that a frame's header names in full.
write("22050_2.mp3", 22050, 2, 4000)
write("48000_6.ogg", 48000, 6, 900)
write("24000.flac", 24000, 1, 3000, subtype="PCM_16")
