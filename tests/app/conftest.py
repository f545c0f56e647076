"""The page without a browser (Streamlit's own test of a script), and shops to open on it."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path

import pytest

import rfmeans
from rfmeans.app.room import Room
from rfmeans.app.serving import Serving
from rfmeans.synthetic import make_orders

PAGE = Path(rfmeans.__file__).parent / "app" / "page.py"
SECONDS = 60


class Shown:
    """The page as it is drawn; what is touched draws it anew, until no work goes on."""

    def __init__(self, key: str = ""):
        from streamlit.testing.v1 import AppTest

        self.test = AppTest.from_file(str(PAGE), default_timeout=SECONDS)
        if key:
            self.test.query_params["page"] = key
        self._settled(self.test.run())

    def _settled(self, test) -> Shown:
        until = time.monotonic() + SECONDS
        while any(button.key == "stop" for button in test.button) and time.monotonic() < until:
            time.sleep(0.05)
            test.run()
        assert not test.exception, test.exception
        return self

    @property
    def key(self) -> str:
        found = self.test.query_params["page"]
        return found[0] if isinstance(found, list) else found

    def press(self, label: str) -> Shown:
        [button] = [each for each in self.test.button if each.label == label]
        return self._settled(button.click().run())

    def touch(self, key: str, value: object) -> Shown:
        return self._settled(self.widget(key).set_value(value).run())

    def widget(self, key: str):
        return self.test.get_by_key(key)

    def go(self, screen: str) -> Shown:
        return self.touch("screen", screen)

    def drop(self, *files: tuple[str, bytes]) -> Shown:
        given = [(name, content, "application/octet-stream") for name, content in files]
        self.test.file_uploader[0].set_value(given)
        return self._settled(self.test.run())

    @property
    def said(self) -> str:
        """All that is on it as HTML, without the styles."""
        return "\n".join(each.value for each in self.test.html if "<style" not in each.value)


@pytest.fixture(scope="session", autouse=True)
def _streamlit():
    if importlib.util.find_spec("streamlit") is None:
        reason = "no Streamlit here: pip install 'rfmeans[app]'"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture
def served(monkeypatch):
    """Return what says how the page is served."""

    def serve(**how) -> None:
        monkeypatch.setattr(sys, "argv", ["page.py", Serving(**how).to_json()])

    serve()
    return serve


@pytest.fixture
def downloads(monkeypatch) -> dict[str, bytes]:
    """What can be downloaded from the page, by the words of the button."""
    import streamlit

    found: dict[str, bytes] = {}
    button = streamlit.download_button

    def offer(label, data, *given, **more):
        found[label] = data.read()
        data.seek(0)
        return button(label, data, *given, **more)

    monkeypatch.setattr(streamlit, "download_button", offer)
    return found


@pytest.fixture
def shown(served) -> Shown:
    return Shown()


@pytest.fixture(scope="session")
def shop() -> bytes:
    """A made-up shop as CSV, its dates such that nothing decides between day and month first."""
    orders = make_orders(200, seed=3).drop(columns="kind")
    orders = orders[orders["ordered_at"].dt.day <= 12].copy()
    orders["ordered_at"] = orders["ordered_at"].dt.strftime("%d/%m/%Y")
    return orders.to_csv(index=False).encode()


@pytest.fixture(scope="session")
def plain_shop() -> bytes:
    """The same kind of shop with dates that are clear."""
    return make_orders(200, seed=3).drop(columns="kind").to_csv(index=False).encode()


@pytest.fixture
def opened(shown, plain_shop) -> Shown:
    return shown.drop(("orders.csv", plain_shop))


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    found = Room()
    yield found
    found.close()
