"""Temporary folders: removed whole, and by the process that made them."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from rfmeans.temporary_folders import TemporaryFolder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals are those of Unix")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_removed_whole_although_a_signal_breaks_in(tmp_path, monkeypatch):
    folder = TemporaryFolder(tmp_path, "left-")
    remove = shutil.rmtree

    def interrupted(path, **options):
        signal.raise_signal(signal.SIGINT)
        remove(path, **options)

    monkeypatch.setattr("rfmeans.temporary_folders.shutil.rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        folder.remove()
    assert names(tmp_path) == []


def test_a_child_leaves_its_parents_folder(tmp_path):
    script = (
        "import os, sys; from rfmeans.temporary_folders import TemporaryFolder\n"
        f"folder = TemporaryFolder({str(tmp_path)!r}, 'kept-')\n"
        "child = os.fork()\n"
        "if child: os.waitpid(child, 0); print(folder.path.exists())\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "True\n"
    assert names(tmp_path) == []
