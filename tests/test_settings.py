"""Settings of a run: sizes, numbers of threads and currency symbols that are taken, and those that are refused."""

import numpy as np
import pytest

from rfmeans.errors import SettingsError
from rfmeans.settings import Limits, check_symbol, make_reading


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


@pytest.mark.parametrize("symbol", ["", "£", "€", "EUR", "US$", "zł", "₹", "د.إ"])
def test_a_currency_symbol(symbol):
    assert check_symbol(symbol) == symbol


@pytest.mark.parametrize("symbol", ["a b", "1", "-", "|", "x" * 9, "\n", "\u202e", None])
def test_what_is_no_currency_symbol(symbol):
    with pytest.raises(SettingsError, match="currency_symbol must be a sign like £ or EUR"):
        check_symbol(symbol)


@pytest.mark.parametrize("role", ["customer", "order", "currency_column"])
@pytest.mark.parametrize("value", [False, True, 0])
def test_what_is_no_name_of_a_column(role, value):
    with pytest.raises(SettingsError) as found:
        make_reading(**{role: value})
    assert str(found.value) == (
        f"{role} must be the name of a column, as text. Got {value!r}. Leave it out to have it found."
    )


@pytest.mark.parametrize("name", ["encoding", "sheet", "table", "date_format"])
def test_what_is_no_text(name):
    with pytest.raises(SettingsError) as found:
        make_reading(**{name: True})
    assert str(found.value) == f"{name} must be text. Got True."


@pytest.mark.parametrize("name", ["header", "drop_duplicates", "accept_loss"])
def test_what_is_no_answer_to_a_switch(name):
    with pytest.raises(SettingsError) as found:
        make_reading(**{name: "maybe"})
    assert str(found.value) == f"{name} must be True or False. Got 'maybe'."
    assert getattr(make_reading(**{name: np.True_}), name)
