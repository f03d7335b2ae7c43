"""Golden vectors of the block formats, for model/src/test/resources/quant/.

usage: quant.py LIBGGML_BASE SEED OUT_DIR

Needs numpy and llama.cpp's Python package `gguf` (reads the blocks), and a built libggml-base of
llama.cpp (writes them). Decoding: random bytes with finite scales. Encoding: random rows with
outliers, constant runs and zeros. Each line of a file: type, bytes (hex), values (hex of
little-endian f32).
"""
import ctypes
import pathlib
import sys

import numpy as np
from gguf import GGMLQuantizationType as Q
from gguf import quants
from gguf.constants import GGML_QUANT_SIZES

# Byte offsets of the f16 scales inside a block.
HALVES = {
    Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.IQ4_NL: [0],
    Q.MXFP4: [], Q.Q2_K: [80, 82], Q.Q3_K: [108], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2],
    Q.Q6_K: [208], Q.IQ4_XS: [0], Q.F16: [0], Q.BF16: [],
}
WRITTEN = [Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1, Q.IQ4_NL,
           Q.Q2_K, Q.Q3_K, Q.Q4_K, Q.Q5_K, Q.Q6_K]


def random_blocks(rng, kind):
    size, width = GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (256 // size, width), dtype=np.uint8)
    for at in HALVES[kind]:
        scale = (rng.standard_normal(len(blocks)) * 0.02).astype(np.float16)
        blocks[:, at:at + 2] = scale.view(np.uint8).reshape(-1, 2)
    if kind == Q.MXFP4:
        blocks[:, 0] = np.array([0, 1, 2, 100, 120, 127, 130, 140], np.uint8)
    if kind == Q.BF16:
        values = (rng.standard_normal(256) * 0.1).astype(np.float32)
        blocks = (values.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8).reshape(-1, 2)
    return blocks.reshape(1, -1)


def rows(rng):
    x = (rng.standard_normal(1024) * 0.04).astype(np.float32)
    x[256:512] *= np.linspace(0.1, 8, 256, dtype=np.float32)
    x[512:544] = 0
    x[544:576] = 0.03125
    x[576:608] = np.abs(x[576:608])
    x[608:640] = -np.abs(x[608:640])
    x[700] = 3.5
    x[701] = -3.5
    x[768:1024] = rng.choice(np.array([-1, -0.5, 0, 0.5, 1], np.float32), 256)
    return x


def encode(ggml, kind, x):
    size, width = GGML_QUANT_SIZES[kind]
    out = np.zeros(len(x) // size * width, np.uint8)
    ggml.ggml_quantize_chunk(
        ctypes.c_int(int(kind)), x.ctypes.data_as(ctypes.c_void_p),
        out.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(0), ctypes.c_int64(1),
        ctypes.c_int64(len(x)), None)
    return out


def line(kind, stored, values):
    return f"{kind.name} {stored.tobytes().hex()} {values.astype('<f4').tobytes().hex()}\n"


def main():
    library, seed, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    rng = np.random.default_rng(seed)
    ggml = ctypes.CDLL(library)
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    with open(folder / "decode.txt", "w") as out:
        for kind in HALVES:
            stored = random_blocks(rng, kind)
            out.write(line(kind, stored, quants.dequantize(stored, kind)))
    x = rows(rng)
    with open(folder / "encode.txt", "w") as out:
        for kind in WRITTEN:
            stored = encode(ggml, kind, x)
            out.write(line(kind, stored, x if kind == WRITTEN[0] else np.zeros(0)))


main()
