"""The command line: in this process, which spares the second that the libraries take to load, or in one of its own."""

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from unittest.mock import patch

import pytest

from rfmeans.cli.commands import main


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """What it said on standard error, on one line."""
        return " ".join(self.err.split())

    def checked(self, code: int | None) -> "Done":
        assert code in (self.code, None), self.err
        assert "Traceback" not in self.err
        return self


def run(*arguments: object, code: int | None = 0) -> Done:
    """Run the command here; it has to end with this code, if one is given."""
    out, err, ended = StringIO(), StringIO(), 0
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", ["rfmeans", *map(str, arguments)]),
    ):
        try:
            main()
        except SystemExit as stopped:
            ended = int(stopped.code or 0)
    return Done(ended, out.getvalue(), err.getvalue()).checked(code)


def ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    """Run `main` as the shell would; return exit code, standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["rfmeans", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def run_alone(*arguments: object, code: int = 0, **environment: str) -> Done:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "rfmeans", *map(str, arguments)]
    env = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=env)
    return Done(done.returncode, done.stdout, done.stderr).checked(code)
