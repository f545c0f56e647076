"""A real browser: Debian's Chromium, without a window, and without a network but this machine where that is asked for.

A test is skipped where there is none; under CI its absence is a failure.
"""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


@contextmanager
def chromium(
    folder: Path,
    size: tuple[int, int],
    *,
    reach: str = "",
    logs: tuple[str, ...] = ("browser",),
    **capabilities: Any,
) -> Iterator[Any]:
    """Start it with a profile in a folder, a window's size, a host that it may reach, and logs that it keeps."""
    if CHROMIUM is None or DRIVER is None:
        reason = "no Chromium here: apt-get install chromium chromium-driver"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (
        "--headless=new",
        "--no-sandbox",  # root, as CI is, has no other way
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        f"--host-resolver-rules=MAP * ~NOTFOUND{f', EXCLUDE {reach}' if reach else ''}",
        f"--user-data-dir={folder / 'chromium'}",
        f"--window-size={size[0]},{size[1]}",
    ):
        options.add_argument(switch)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder / "downloads")})
    options.set_capability("goog:loggingPrefs", dict.fromkeys(logs, "ALL"))
    for name, value in capabilities.items():
        setattr(options, name, value)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        yield driver
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sockets of the driver that is being left
            driver.quit()
