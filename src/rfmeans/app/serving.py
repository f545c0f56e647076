"""Starts the page: a server of this machine alone, unless another address is given."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import socket
import sys
import tempfile
import threading
import webbrowser
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rfmeans.app.looks import theme
from rfmeans.arguments import named
from rfmeans.errors import SettingsError
from rfmeans.settings import check, whole
from rfmeans.temporary_folders import clear_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = ("127.0.0.1", "localhost", "::1")
FIRST_PORT, PORTS_TRIED = 8501, 50
PREFIX = "rfmeans-page-"  # of the folders that hold what was uploaded
MISSING = "The page needs Streamlit, which is not installed. Install it with: pip install 'rfmeans[app]'"


@dataclass(frozen=True)
class Serving:
    """How the page is served.

    Parameters
    ----------
    host
        The address to listen on; 127.0.0.1 is this machine alone.
    port
        None: the first free one from 8501 on.
    uploads_only
        Whether the page takes uploads alone: no path and no address of a database can be typed.
    max_upload
        Of one file, in megabytes; a larger one is refused before it is stored.

    Raises
    ------
    SettingsError
        If a number is out of range.
    """

    host: str = LOOPBACK[0]
    port: int | None = None
    uploads_only: bool = False
    max_upload: int = 1_000

    def __post_init__(self) -> None:
        check(self, ("port", whole(1, 65_535)), ("max_upload", whole(1, 100_000)))

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach the page."""
        return self.host not in LOOPBACK

    def to_json(self) -> str:
        """Return it as the page's script is told it."""
        return json.dumps(asdict(self))

    @classmethod
    def told(cls, words: list[str]) -> Serving:
        """Take back what the script was told; without anything as it is usual."""
        return cls(**json.loads(words[0])) if words else cls()

    def warnings(self) -> list[str]:
        """Return what is to be said before it starts."""
        if not self.is_open:
            return []
        return [
            f"Other machines can reach this page ({named('host')} {self.host}): whoever does sees what it shows, and "
            f"{'can upload files to it' if self.uploads_only else 'can read every file that you can read'}. There "
            "is no password."
        ]

    def options(self, port: int) -> dict[str, Any]:
        """Return Streamlit's settings."""
        return {
            "server.address": self.host,
            "server.port": port,
            "server.headless": True,  # it asks for an e-mail address otherwise
            "server.fileWatcherType": "none",
            "server.enableStaticServing": False,
            "server.enableXsrfProtection": True,
            "server.enableCORS": True,
            "server.allowedHosts": [] if self.is_open else [*LOOPBACK],
            "server.maxUploadSize": self.max_upload,
            "server.enableAgentApi": False,
            "browser.gatherUsageStats": False,
            "browser.serverAddress": self.host,
            "browser.serverPort": port,
            "client.toolbarMode": "minimal",
            "client.showErrorDetails": "none",
            "client.showErrorLinks": False,
            "logger.level": "error",
            **theme(),
        }


def check_installed() -> None:
    """Refuse to start without Streamlit.

    Raises
    ------
    SettingsError
        If it is not installed.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise SettingsError(MISSING)


def free_port(host: str, port: int | None) -> int:
    """Return the port if nobody listens there, or the first free one.

    Raises
    ------
    SettingsError
        If there is none, or the address is none of this machine.
    """
    for each in [port] if port else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with closing(socket.socket(family, socket.SOCK_STREAM)) as tried:
            if (
                os.name != "nt"
            ):  # there it would let two listen; elsewhere what has just ended is no hindrance
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, each))
            except socket.gaierror as error:
                raise SettingsError(
                    f"{named('host')} must be an address of this machine. Got {host!r}."
                ) from error
            except OSError:
                continue
        return each
    taken = f"Port {port}" if port else f"Each port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1}"
    raise SettingsError(
        f"{taken} of {host} cannot be listened on. Give another {named('port')}, or end what uses it."
    )


def serve(serving: Serving, tell: Callable[[str], None], *, browser: bool = True) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    serving
        How.
    tell
        Hears the address, and warnings.
    browser
        Whether to open the browser on it.

    Raises
    ------
    SettingsError
        If Streamlit is not installed, or the port is taken.
    """
    check_installed()
    port = free_port(serving.host, serving.port)
    clear_leftovers(tempfile.gettempdir(), PREFIX)  # of a page that was killed
    address = f"http://{f'[{serving.host}]' if ':' in serving.host else serving.host}:{port}"
    for warning in serving.warnings():
        tell(warning)
    tell(f"The page: {address} (Ctrl-C ends it)")
    if browser:
        threading.Thread(target=_open_when_there, args=(serving.host, port, address), daemon=True).start()
    from streamlit.web import bootstrap

    options = serving.options(port)
    flags = {name.replace(".", "_"): value for name, value in options.items()}
    bootstrap.load_config_options(flags)
    bootstrap._print_url = lambda _hello: None  # the address was told already
    bootstrap.run(str(Path(__file__).with_name("page.py")), False, [serving.to_json()], flags)
    _end()


def _end() -> NoReturn:
    """End at once, all that is to be done at the end done: of what Streamlit's threads still hold, DuckDB complains."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _open_when_there(host: str, port: int, address: str) -> None:
    waiting = threading.Event()
    for _ in range(100):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            waiting.wait(0.2)
        else:
            webbrowser.open(address)
            return
