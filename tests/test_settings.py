"""Limits of the embedded engine: what is taken and what is refused."""

import pytest

from rfmeans.errors import SettingsError
from rfmeans.settings import Limits


@pytest.mark.parametrize("given", ["4GB", "512 MB", "1.5gib", "100kb", "2TB"])
def test_sizes_that_are_taken(given):
    assert Limits(given).memory_limit == given.replace(" ", "")


@pytest.mark.parametrize("given", ["4", "much", "GB", "-1GB", "0GB", "4GB; DROP TABLE orders", "80%", ""])
def test_sizes_that_are_refused(given):
    with pytest.raises(SettingsError) as refused:
        Limits(given)
    assert str(refused.value) == f"memory_limit must be a size such as 4GB or 512MB. Got {given!r}."


@pytest.mark.parametrize("given", [0, -1, 1025, 1.5, True, "two"])
def test_numbers_of_threads_that_are_refused(given):
    with pytest.raises(SettingsError) as refused:
        Limits(threads=given)
    assert str(refused.value) == f"threads must be a whole number from 1 to 1024. Got {given!r}."
