"""The engine that draws: vl-convert, here or in a process of its own that loads while the job is still at work.

Loading takes longer than drawing, and holds up all else that Python does. The process runs this file: it reads a
request a line from its standard input and ends with it, so that it never outlives the job, however that ends.
"""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE = "vl_convert"
VEGA_LITE = "6.4"
PNG_SCALE = 2
SIMPLEST = {"mark": "point", "data": {"values": [{}]}}
_beside: list[subprocess.Popen[str]] = []


def svg_of(drawn: dict[str, Any]) -> str:
    """Return a Vega-Lite specification as SVG, drawn without a browser and without a network."""
    found = _asked("svg", drawn)
    if found is None:
        import vl_convert

        found = vl_convert.vegalite_to_svg(drawn, vl_version=VEGA_LITE, allowed_base_urls=[])
    return str(found)


def png_of(svg: str) -> bytes:
    """Return an SVG as PNG, twice as many pixels each way."""
    found = _asked("png", svg)
    if found is not None:
        return base64.b64decode(found)
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


@contextmanager
def drawing_ahead() -> Iterator[None]:
    """Load the engine in a process of its own beside what runs within; drawings are then asked of that."""
    process = None if ENGINE in sys.modules or getattr(sys, "frozen", False) else _start()
    if process is None:
        yield
        return
    _beside.append(process)
    try:
        yield
    finally:
        _beside.remove(process)
        process.kill()  # it holds nothing
        with suppress(OSError):  # of what it was not told
            process.communicate()


def _start() -> subprocess.Popen[str] | None:
    # -P: no module that happens to lie in a folder is taken for one of Python's. A Ctrl-C is for the job alone.
    command = [sys.executable, "-P", __file__]
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - this very file
            command, stdin=pipe, stdout=pipe, stderr=none, text=True, encoding="utf-8", process_group=0
        )
    except OSError:
        return None


def _asked(kind: str, what: object) -> Any:
    """Return what the process drew; None where there is none, or it cannot: then it is drawn here, or fails here."""
    for process in _beside:
        assert process.stdin
        assert process.stdout
        with suppress(OSError, ValueError):
            process.stdin.write(json.dumps([kind, what]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())
    return None


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer each request with a line: the SVG, the PNG as Base64, or null where it cannot be drawn."""
    svg_of(SIMPLEST)
    for line in requests:
        kind, what = json.loads(line)
        answer = None
        with suppress(Exception):  # it fails again where it was asked for, and tells why there
            answer = svg_of(what) if kind == "svg" else base64.b64encode(png_of(what)).decode()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # the job is gone
        serve(sys.stdin, sys.stdout)
