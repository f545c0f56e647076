"""What an engine raises -> one plain paragraph that ends in what to do."""

from __future__ import annotations

import errno
import os
import re
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rfmeans.arguments import argument, named
from rfmeans.engines.dispatch import ENGINES
from rfmeans.errors import EngineError, OutputError, RFMeansError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVILEGES = (
    f" Ask the database's owner: reading needs SELECT on the table and TEMPORARY on the database, "
    f"{named('write_table')} CREATE on the schema."
)
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
FULL = os.strerror(errno.ENOSPC)  # how the engine's own message ends where a disk is full
NO_ROOM = "'max_temp_directory_size'"  # what it says where that is so of the disk it spills to
# What the engine says when its own CSV reader cannot take a file.
DAMAGED = "If the file is damaged, export it again."
UNCHANGED = "What was there before is unchanged."
CSV_TROUBLE = ("CSV Error", "CSV Parser", "CSV Reader", "CSV File")


class MalformedError(SourceError):
    """A text file has lines that the engine's own reader cannot be trusted with."""


@contextmanager
def engine_errors(doing: str, advice: str = DAMAGED) -> Iterator[None]:
    """Turn what an engine raises into one plain paragraph, which ends in what to do."""
    import duckdb
    from ibis.common.exceptions import IbisError

    try:
        with warnings.catch_warnings():
            # What PySpark says before it raises.
            warnings.filterwarnings("ignore", "toPandas attempted Arrow optimization.*can not continue")
            yield
    except IbisError as error:
        raise EngineError(f"{doing} failed on this engine: {_first_paragraph(error)}") from error
    except OSError as error:
        if error.errno not in NO_SPACE or advice == UNCHANGED:
            raise  # who writes says where
        raise OutputError(
            f"{doing} stopped: the disk that temporary files go to is full. Free some space there, or choose another "
            f"place with {argument('temporary')}."
        ) from error
    except duckdb.Error as error:
        raise _of_duckdb(error, doing, advice) from error
    except _client_errors() as error:
        privileges = PRIVILEGES if "permission denied" in str(error) else ""
        raise EngineError(f"{doing} failed: {_first_paragraph(error)}{privileges}") from error


def _of_duckdb(error: Exception, doing: str, advice: str) -> RFMeansError:
    """Return what to say of an error of DuckDB."""
    import duckdb

    said = _first_paragraph(error)
    if isinstance(
        error, duckdb.InvalidInputException | duckdb.ConversionException | duckdb.NotImplementedException
    ):
        kind = MalformedError if any(words in str(error) for words in CSV_TROUBLE) else SourceError
        own = advice == DAMAGED and isinstance(error, duckdb.ConversionException)  # says which value it is
        return kind(f"{doing} failed: {said}{'' if own else f' {advice}'}")
    if isinstance(error, duckdb.OutOfMemoryException):
        return _out_of_memory(str(error), said, doing)
    if FULL in str(error):
        return OutputError(
            f"{doing} stopped: the disk is full. Free some space, or write to another disk with "
            f"{argument('folder')}."
        )
    return EngineError(f"{doing} failed: {said} {advice}")


def _out_of_memory(whole: str, said: str, doing: str) -> EngineError:
    if NO_ROOM in whole:
        return EngineError(
            f"{doing} needs more memory than the engine may use, and the disk that it spills to, that of "
            f"{named('temporary', option='folder')}, is full. Free some space there, choose another place with "
            f"{argument('temporary')}, or give it more with {argument('memory_limit')}."
        )
    return EngineError(
        f"{doing} ran out of memory: {said.rstrip('.')}. Give the engine more with "
        f"{argument('memory_limit')}, let it run fewer {named('threads')}, or free some of the disk that it "
        "spills to."
    )


def _client_errors() -> tuple[type[Exception], ...]:
    """Return what the other engines' own clients raise, as far as they are loaded."""
    known = [
        ("pyarrow.lib", "ArrowException"),
        *(each for engine in ENGINES for each in engine.client_errors),
    ]
    return tuple(getattr(sys.modules[module], name) for module, name in known if sys.modules.get(module))


def _first_paragraph(error: Exception) -> str:
    said = str(error).split("\n\n")[0].split("Possible ")[0]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    text = re.sub("^([A-Z][A-Za-z ]* Error|[A-Za-z]*Exception): ", "", " ".join(lines))
    return f"{text[:600].rstrip('.')}."
