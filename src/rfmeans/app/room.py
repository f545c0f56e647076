"""What one page holds: the orders that were opened, the results, what was chosen; and where all pages are kept."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rfmeans.app.controls import SWITCHES, with_controls
from rfmeans.app.jobs import Job, StoppedError
from rfmeans.app.serving import PREFIX
from rfmeans.arguments import Message, give
from rfmeans.columns.money_formats import sign_of
from rfmeans.errors import DataError, RFMeansError, SettingsError
from rfmeans.inspection.inspect import with_suspicions
from rfmeans.kept_customers import KeptCustomers
from rfmeans.segments.settings import MIN_SEGMENTS
from rfmeans.settings import make_reading
from rfmeans.temporary_folders import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rfmeans.arguments import Choice
    from rfmeans.inspection.verdict import Inspection
    from rfmeans.listener import Listener
    from rfmeans.result import Segmentation

SYNTHETIC = "synthetic shop"
MOST_RESULTS = 30
PATIENCE = 300.0  # seconds that a page without a window is kept, for it may be reloaded
SWEPT_EVERY = 30.0
HARMFUL = re.compile(r"[^\w.\-() ]|^[.\s]+")  # in the name of a file; glob's signs among them


@dataclass
class Opened:
    """Orders that were read: kept on the engine, inspected, the first rows."""

    kept: KeptCustomers
    inspection: Inspection
    head: list[dict[str, Any]]


@dataclass
class Problem:
    """Why something could not be done, with the answers where it is a question."""

    text: str
    choices: tuple[Choice, ...] = ()
    stopped: bool = False  # by the user: it can be taken up again


@dataclass
class Room:
    """The state of one page.

    Attributes
    ----------
    lock
        Held by the run of the page, so that two windows on one page do not mix.
    chosen
        What was chosen, by the name of the widget: it outlives a reload.
    source
        What is read: a path, an address or a frame; None before anything was opened.
    shown
        What a command line calls it.
    how
        How it is read, as `rfmeans.segment` takes it.
    sign
        Of money, where the orders told it: it goes with them, and is in `how` until they are read otherwise.
    earlier
        How it was read before, the latest last, since that last went well: the way back.
    opened, results, others
        What came out: of reading; of segmenting, by settings; of other work, by its name.
    job, on_done
        The work that goes on, and what takes its result.
    problem
        What is to be said; None where all is well.
    seen, windows
        When it was last looked at, and the windows that it was shown in.
    """

    folder: TemporaryFolder = field(default_factory=lambda: TemporaryFolder(tempfile.gettempdir(), PREFIX))
    lock: threading.RLock = field(default_factory=threading.RLock)
    chosen: dict[str, Any] = field(default_factory=dict)
    source: Any = None
    shown: str = ""
    how: dict[str, Any] = field(default_factory=dict)
    sign: str = ""
    earlier: list[dict[str, Any]] = field(default_factory=list)
    opened: Opened | None = None
    results: dict[tuple[tuple[str, Any], ...], Segmentation] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    job: Job | None = None
    on_done: Callable[[Any], None] | None = None
    problem: Problem | None = None
    seen: float = field(default_factory=time.monotonic)
    windows: set[str] = field(default_factory=set)

    # Work

    def start(self, work: Callable[[Listener], Any], then: Callable[[Any], None], words: str) -> None:
        """Begin some work, in place of what goes on."""
        self.stop()
        self.problem = None
        self.job, self.on_done = Job(work, words), then

    def stop(self) -> None:
        """Stop what goes on; `problem` says so."""
        if self.job:
            self.job.stop()
            self.settle()

    def settle(self) -> None:
        """Take the result of work that has ended."""
        job, then = self.job, self.on_done
        if job is None or not job.done:
            return
        self.job = self.on_done = None
        if job.error is None:
            assert then is not None
            then(job.result)
        else:
            self.problem = problem_of(job.error, str(self.chosen.get("folder", "")))

    # Orders

    def store(self, files: Sequence[tuple[str, Any]]) -> None:
        """Take uploads, names and streams, in place of what was opened."""
        folder = self.folder.path / secrets.token_hex(4)
        folder.mkdir()
        names: list[str] = []
        for name, stream in files:
            target = folder / file_name(name, names)
            names.append(target.name)
            with target.open("wb") as written:
                shutil.copyfileobj(stream, written, 1 << 20)
        before = self.chosen.pop("folder", None)
        shown = names[0] if len(names) == 1 else "*"
        self.open(str(folder / shown), shown if len(names) == 1 else "./*", {})
        self.chosen["folder"] = folder
        if len(names) > 1:
            self.chosen["title"] = f"{names[0]} and {len(names) - 1} more"
        if before:
            shutil.rmtree(before, ignore_errors=True)

    def open(self, source: Any, shown: str, how: dict[str, Any]) -> None:
        """Read a source anew."""
        self.forget()
        self.chosen.pop("title", None)
        self.source, self.shown, self.how, self.earlier = source, shown, how, []
        self.read()

    @property
    def title(self) -> str:
        """What is open, in few words."""
        return str(self.chosen.get("title") or self.shown)

    def read(self) -> None:
        """Read the source as `how` says; what was opened before is dropped."""
        self.stop()
        self.forget()
        if self.how.get("currency_symbol") == self.sign:
            self.how.pop("currency_symbol", None)
        source, how = self.source, dict(self.how)

        def work(listener: Listener) -> Opened:
            return open_orders(source, {**how, **self.inside}, listener)

        self.start(work, self._have, "reading orders")

    def read_with(self, given: dict[str, Any]) -> None:
        """Read the source with some arguments otherwise; what is blank is left out. Nothing is, if one cannot be."""
        both = {**self.how, **given}
        how = {name: value for name, value in both.items() if value not in (None, "", (), SWITCHES.get(name))}
        try:
            make_reading(**how)
        except SettingsError as error:  # what is open stays so
            self.problem = problem_of(error)
            return
        self.earlier.append(self.how)
        self.how = how
        self.read()

    def answer(self, given: dict[str, Any]) -> None:
        """Read the source with the answer to a question."""
        self.earlier.append(dict(self.how))
        give(self.how, given)
        self.read()

    def back(self) -> None:
        """Read the source as before the last answer, or the last other reading."""
        self.how = self.earlier.pop()
        self.read()

    @property
    def inside(self) -> dict[str, Any]:
        """Where the engine may write: into the folder of the page alone.

        Raises
        ------
        SourceError
            If the source is an address that no engine knows.
        """
        from rfmeans.engines.dispatch import server_of

        return {} if server_of(str(self.source), "duckdb") else {"temporary": self.folder.path}

    def _have(self, opened: Opened) -> None:
        self.opened, self.earlier = opened, []
        if opened.inspection.currency_symbol and "currency_symbol" not in self.how:
            self.sign = self.how["currency_symbol"] = opened.inspection.currency_symbol

    # Segments

    def found(self, settings: dict[str, Any]) -> Segmentation | None:
        """Return the result of some settings; None where it was not worked out."""
        return self.results.get(_key(settings))

    def segment(self, settings: dict[str, Any]) -> Segmentation | None:
        """Return the result of some settings, or begin to work it out."""
        if found := self.found(settings):
            return found
        key = _key(settings)
        if self.job is None and self.problem is None:
            assert self.opened is not None
            kept = self.opened.kept

            def work(listener: Listener) -> Segmentation:
                listener.opened(kept.understood.source)
                return kept.segment(listener, **settings)

            self.start(work, lambda result: self._keep(key, result), "segmenting")
        return None

    def _keep(self, key: tuple[tuple[str, Any], ...], result: Segmentation) -> None:
        while len(self.results) >= MOST_RESULTS:
            self.results.pop(next(iter(self.results))).close()
        self.results[key] = result

    # The end

    def forget(self) -> None:
        """Drop what was worked out."""
        self.problem = None
        for result in [*self.results.values(), *self.others.values()]:
            if hasattr(result, "close"):
                result.close()
        self.results.clear()
        self.others.clear()
        if self.opened:
            self.opened.kept.close()
        self.opened = None

    def close(self) -> None:
        """Drop everything, the uploads among it."""
        self.stop()
        self.forget()
        self.folder.remove()


def open_orders(source: Any, how: dict[str, Any], listener: Listener) -> Opened:
    """Read orders and look at them; the cells are made, so that a first look at any number is quick."""
    kept = with_sign(KeptCustomers.of(source, make_reading(**how), listener, keep_orders=True))
    try:
        listener.stage("inspecting orders and customers")
        found = kept.inspect()
        head = kept.understood.source.table.limit(8).to_pyarrow().to_pylist()
        if found.customers.customers > 1:
            with suppress(
                DataError
            ):  # too few points for two segments, which is said when they are asked for
                kept.first_look(segments=MIN_SEGMENTS)  # the cells are made, and what fits them is loaded
    except BaseException:
        kept.close()
        raise
    return Opened(kept, found, head)


def _key(settings: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(settings.items()))


def with_sign(kept: KeptCustomers) -> KeptCustomers:
    """Return the same with the sign of the one currency that its lines are in, unless a sign was given."""
    lines = kept.intake.account.lines
    if kept.reading.currency_symbol or lines is None or lines.several_currencies:
        return kept
    sign = sign_of(lines.currency)
    reading = replace(kept.reading, currency_symbol=sign)
    return replace(kept, reading=reading, intake=with_suspicions(kept.intake, sign)) if sign else kept


def problem_of(error: BaseException, folder: str = "") -> Problem:
    """Return what is said of an error, without the folder of the uploads."""
    if isinstance(error, StoppedError):
        return Problem("Stopped.", stopped=True)
    if isinstance(error, RFMeansError):
        said = with_controls(Message(error.message))
        return Problem(_without(folder, said) if folder else said, error.choices)
    return Problem(
        f"Something went wrong that should not have: {type(error).__name__}. Try again; if it stays, report it."
    )


def _without(folder: str, text: str) -> str:
    """Return a text without the paths that lead into a folder of the page.

    >>> _without("/tmp/page-1", "Cannot read '/tmp/page-1/ab12/orders.csv'.")
    "Cannot read 'orders.csv'."
    """
    return re.sub(rf"{re.escape(folder)}/(?:[\w-]+/)*", "", text)


def file_name(name: str, taken: Sequence[str]) -> str:
    """Return the name under which an upload is stored: harmless, and not that of another one.

    >>> file_name("../../etc/pass*wd.csv", []), file_name("orders.csv", ["orders.csv"])
    ('pass_wd.csv', '2 orders.csv')
    """
    plain = HARMFUL.sub("_", re.split(r"[/\\]", name)[-1])[-100:] or "orders"
    return plain if plain not in taken else f"{len(taken) + 1} {plain}"


class Rooms:
    """All pages of this server, by a key that their address carries: a reload finds its page again.

    A page is closed when no window has shown it for a while; ``is_open`` tells whether a window is still there.
    """

    def __init__(self, is_open: Callable[[str], bool]) -> None:
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()
        self._is_open = is_open
        threading.Thread(target=self._sweep, daemon=True).start()

    def room(self, key: str | None, window: str) -> tuple[str, Room]:
        """Return the page of a key, or a new one with its key, as shown in a window."""
        with self._lock:
            if key is None or key not in self._rooms:
                key = secrets.token_urlsafe(24)
                self._rooms[key] = Room()
            found = self._rooms[key]
            found.seen = time.monotonic()
            found.windows.add(window)
            return key, found

    def close_left(self, patience: float = PATIENCE) -> None:
        """Close the pages that no window has shown for so many seconds."""
        with self._lock:
            for key, room in [*self._rooms.items()]:
                room.windows = {*filter(self._is_open, room.windows)}
                if room.windows:
                    room.seen = time.monotonic()
                elif time.monotonic() - room.seen >= patience:
                    self._rooms.pop(key).close()

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            for room in self._rooms.values():
                room.close()
            self._rooms.clear()

    def _sweep(self) -> None:
        while True:
            time.sleep(SWEPT_EVERY)
            self.close_left()


def folder_of(room: Room, name: str) -> Path:
    """Return a folder of the page that is not there yet."""
    return room.folder.path / f"{name}-{secrets.token_hex(4)}"
