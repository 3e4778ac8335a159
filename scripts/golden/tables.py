# Writes the Parquet files that tests of datasets/table read, with pyarrow:
#
#     python3 scripts/golden/tables.py datasets/table/testdata
import io
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

out = sys.argv[1]
plain = pa.table({
    "name": pa.array(["a", None, "c, \"d\"", "é"]),
    "count": pa.array([1, -2, None, 4], pa.int64()),
    "small": pa.array([1, 2, 3, 4], pa.int32()),
    "weight": pa.array([0.5, float("nan"), 1e-30, None], pa.float64()),
    "single": pa.array([0.1, 2, 3, 4], pa.float32()),
    "good": pa.array([True, False, None, True]),
})
for codec in "none", "snappy", "gzip", "zstd", "brotli":
    pq.write_table(plain, f"{out}/plain-{codec}.parquet", compression=codec, row_group_size=3)
pq.write_table(plain, f"{out}/lz4.parquet", compression="lz4")
pq.write_table(plain, f"{out}/plain-v2.parquet", data_page_version="2.0", use_dictionary=False)
pq.write_table(pa.table({"x": [[1, 2], [3]]}), f"{out}/list.parquet")
pq.write_table(pa.table({"x": pa.array([0.5, 1.5], pa.float16())}), f"{out}/half.parquet")
pq.write_table(pa.table({
    "a": pa.array([3_000_000_000, 1], pa.uint32()), "b": pa.array([2**63 + 5, 2], pa.uint64()), "c": pa.array([200, 3], pa.uint8()),
}), f"{out}/unsigned.parquet")
pq.write_table(pa.table({"image": pa.array([], pa.string()), "label": pa.array([], pa.string())}), f"{out}/empty.parquet")
picture = io.BytesIO()
Image.new("RGB", (4, 3), (10, 200, 30)).save(picture, "PNG")
pq.write_table(pa.table({  # as Hugging Face's data sets are stored
    "image": pa.array([{"bytes": picture.getvalue(), "path": "a.png"}, None]),
    "label": ["green", "none"],
}), f"{out}/pictures.parquet")
pq.write_table(pa.table({  # as pandas stores bytes
    "name": pa.array([b"none", b"green"]),
    "image": pa.array([None, picture.getvalue()]),
    "none": pa.array([None, b""]),
}), f"{out}/bytes.parquet")
