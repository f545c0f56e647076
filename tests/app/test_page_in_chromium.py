"""The whole way in a real browser: Debian's Chromium, the page as `rfmeans app` serves it.

Skipped where there is no Chromium; under CI its absence is a failure.
"""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.chromium import chromium
from helpers.command import run

pytestmark = pytest.mark.slow

RETAIL = Path(__file__).parents[3] / "shared" / "data" / "online_retail_latin1_mdy.csv.gz"
SECONDS = 90


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return the address of the page, and the folder that its temporary ones lie in."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "rfmeans",
        "app",
        "--no-browser",
        "--port",
        str(port),
        "--max-upload",
        "20",
    ]
    env = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        address = f"http://127.0.0.1:{port}"
        _until(lambda: _answers(address), "the server")
        try:
            yield address, folder
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            assert process.stderr is not None
            said = process.stderr.read().decode()
        assert f"The page: {address}" in " ".join(said.split())
        assert "Traceback" not in said
        assert "leaked" not in said
        assert process.returncode == 0
        assert [*folder.glob("rfmeans-page-*")] == []


@pytest.fixture
def page(served, tmp_path):
    with chromium(tmp_path, (1280, 900), reach="127.0.0.1") as driver:
        driver.get(served[0])
        yield Page(driver, tmp_path / "downloads")


class Page:
    """The page in the browser, touched as a user does."""

    def __init__(self, driver, downloads: Path):
        self.driver, self.downloads = driver, downloads
        self.wait("Nothing leaves this machine")

    @property
    def text(self) -> str:
        return self.driver.execute_script("return document.body.innerText")

    def wait(self, *words: str) -> str:
        _until(lambda: all(word in self.text for word in words), f"{words} in {self.text[:2000]}")
        return self.text

    def press(self, label: str) -> None:
        script = (
            "const found = [...document.querySelectorAll('button')].find(one => one.innerText.trim() === arguments[0]);"
            "if (found) found.click(); return Boolean(found);"
        )
        _until(lambda: self.driver.execute_script(script, label), f"a button {label!r} in {self.text[:2000]}")

    def drop(self, path: Path) -> None:
        self._found("input[type=file]").send_keys(str(path))

    def type(self, label: str, text: str) -> None:
        from selenium.webdriver.common.keys import Keys

        self._found(f'input[aria-label="{label}"]').send_keys(text + Keys.ENTER)

    def slide(self, keys: str) -> None:
        self._found(".stSlider input, .stSlider [role=slider]").send_keys(keys)

    @property
    def focused(self) -> str:
        """What has the focus says; asked in one step, as the page may be drawn anew between two."""
        return self.driver.execute_script("return (document.activeElement.innerText || '').trim()")

    def send(self, keys: str) -> None:
        """Press keys, whatever has the focus."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(keys).perform()

    def tab_to(self, label: str) -> None:
        """Press the tabulator until what has the focus says so."""
        from selenium.webdriver.common.keys import Keys

        seen = []
        while len(seen) < 60:
            self.send(Keys.TAB)
            seen.append(self.focused)
            if seen[-1] == label:
                return
        raise AssertionError(f"The tabulator does not lead to {label!r}, but to {seen}")

    def go_on(self, now: str, screen: str) -> None:
        """Go from the screen of now to a later one, as the arrows go between words side by side."""
        from selenium.webdriver.common.keys import Keys

        self.tab_to(now)
        while self.focused != screen:
            self.send(Keys.ARROW_RIGHT)
        self.send(Keys.ENTER)

    def _found(self, selector: str):
        _until(lambda: self.driver.find_elements("css selector", selector), selector)
        return self.driver.find_element("css selector", selector)

    def downloaded(self, name: str) -> Path:
        _until((self.downloads / name).exists, name)
        return self.downloads / name


def _until(holds, what: str) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, f"There was no {what}"
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address) as found:
            return bool(found.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


@pytest.mark.skipif(not RETAIL.exists(), reason="needs the real data beside the checkout")
def test_the_whole_way(page, tmp_path, monkeypatch):
    from selenium.webdriver.common.keys import Keys

    page.drop(RETAIL)
    page.wait("Verdict: ready", "541,909", "dates as month/day/year")
    page.press("Segments")
    said = page.wait("High-Value Loyal", "716", "1,178", "885", "1,538")
    page.slide(Keys.ARROW_RIGHT * 2)
    page.wait("High-Value Cooling")
    page.slide(Keys.ARROW_LEFT * 2)
    page.wait("716", "1,178", "885", "1,538")
    assert "At-Risk High-Value" in said
    page.driver.refresh()
    page.wait("716", "1,538")
    page.press("Customers")
    page.wait("4,372 customers")
    page.type("Explain the customer with this id", "12352")
    page.wait("Customer 12352")
    page.press("Over time")
    page.press("Compare")
    page.wait("1,976 (59 %) are in the same one")
    page.press("Take along")
    line = page.wait("rfmeans segment online_retail_latin1_mdy.csv.gz")
    assert "--" not in re.findall("rfmeans segment.*", line)[0]
    page.press("Make the folder")
    page.press("Download everything (ZIP)")
    with zipfile.ZipFile(page.downloaded("segments.zip")) as packed:
        ours = {name: packed.read(name) for name in packed.namelist()}
    monkeypatch.chdir(tmp_path)
    shutil.copy(RETAIL, tmp_path)
    run("segment", RETAIL.name, "--quiet")
    theirs = {
        path.relative_to(tmp_path / "segments").as_posix(): path.read_bytes()
        for path in (tmp_path / "segments").rglob("*")
        if path.is_file()
    }
    assert ours.keys() == theirs.keys()
    # The rows of the lines set aside come in the order in which threads end.
    aside = "set_aside.parquet"
    assert [name for name in ours if ours[name] != theirs[name] and name != aside] == []
    assert ordered(ours[aside]).equals(ordered(theirs[aside]))
    assert ordered(ours[aside]).num_rows == 135_080


def ordered(packed: bytes) -> pa.Table:
    rows = pq.read_table(io.BytesIO(packed))
    return rows.sort_by([(name, "ascending") for name in rows.column_names])


def test_the_whole_way_by_keyboard_alone(page, tmp_path, plain_shop):
    from selenium.webdriver.common.keys import Keys

    (tmp_path / "orders.csv").write_bytes(plain_shop)
    page.drop(tmp_path / "orders.csv")
    page.wait("Verdict")
    page.go_on("Open", "Segments")
    page.wait("MOST VALUABLE", "Charts")
    page.slide(Keys.ARROW_LEFT)
    _until(lambda: re.search(r"Number of segments\s+3\s", page.text), "three segments")
    page.go_on("Segments", "Campaign")
    page.wait("Held out")
    page.tab_to("Make the lists")
    page.send(Keys.ENTER)
    page.wait("Send to")
    page.tab_to("Download the lists (ZIP)")
    page.send(Keys.ENTER)
    with zipfile.ZipFile(page.downloaded("campaign.zip")) as packed:
        assert [name for name in packed.namelist() if name.startswith("audiences/")]


def test_a_file_that_is_too_large_is_refused_and_not_stored(page, served, tmp_path):
    large = tmp_path / "large.csv"
    large.write_bytes(b"customer,date,amount\n" + b"a,2024-01-13,10\n" * 1_400_000)
    page.drop(large)
    page.wait("20")
    time.sleep(1)
    assert "Verdict" not in page.text
    assert [*served[1].rglob("large.csv")] == []


def test_hostile_names_are_text(page, tmp_path):
    mark = "<img src=x onerror='window.hacked=1'>"
    rows = [f'"{mark} {n % 7}",2024-0{1 + n % 6}-{1 + n % 28:02},{10 + 3 * n}' for n in range(60)]
    path = tmp_path / "hostile.csv"
    path.write_text("\n".join(["customer,date,amount", *rows]))
    page.drop(path)
    page.wait("Verdict")
    page.press("Customers")
    page.wait("7 customers")
    assert page.driver.execute_script("return window.hacked") is None
    assert page.driver.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


def test_a_wrong_file_gives_the_paragraph_and_its_answers(page, tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_text("customer,date,amount\n" + '"a "b" 1",2024-01-13,10\n' * 60)
    page.drop(path)
    page.wait("No line of wrong.csv fits its header", "Go on")
