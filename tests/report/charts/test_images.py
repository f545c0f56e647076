"""Charts as pictures and drawings."""

import re
import struct


def test_each_is_written_as_picture_and_drawing(chosen, tmp_path):
    chosen.charts.save(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(f"{name}.{kind}" for name in chosen.charts.names for kind in ("png", "svg"))
    for path in tmp_path.glob("*.png"):
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert width > 1_000
        assert height > 250
    for path in tmp_path.glob("*.svg"):
        assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", path.read_text(encoding="utf-8"))
