"""Which engine does the work, and what it needs to be installed."""

import sys

import pytest

import rfmeans
from rfmeans.errors import SourceError

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("module", "source", "options", "words"),
    [
        (
            "psycopg",
            "postgres:///shop",
            {},
            "PostgreSQL needs psycopg. Install it: pip install 'rfmeans[postgres]'",
        ),
        (
            "pyspark.sql",
            "o.parquet",
            {"engine": "spark"},
            "Spark needs PySpark. Install it: pip install 'rfmeans[spark]'",
        ),
    ],
)
def test_without_an_extra_it_says_what_to_install(monkeypatch, module, source, options, words):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SourceError) as failed:
        rfmeans.segment(source, **options)
    assert str(failed.value) == words
