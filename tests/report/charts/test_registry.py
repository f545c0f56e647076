"""The charts, read back: values, colours, axes and names, from their specifications and from the drawn files."""

import json
from dataclasses import replace

import altair
import pytest

from helpers.drawings import ALWAYS, LOOKED_BACK, texts_of
from rfmeans.report.charts.images import CONFIG, to_svg
from rfmeans.report.charts.registry import Charts

# Which ones there are


def test_the_charts_of_a_number_that_was_given(result):
    assert result.charts.names == LOOKED_BACK


@pytest.mark.parametrize("name", [*LOOKED_BACK, "choice"])
def test_each_is_a_method_that_gives_an_altair_chart_of_the_same(result, chosen, name):
    charts = result.charts if name in LOOKED_BACK else chosen.charts
    chart, drawn = getattr(charts, name)(), charts.draw(name)
    assert isinstance(chart, altair.TopLevelMixin)
    assert drawn["title"]
    found = chart.to_dict()
    assert found.pop("config").items() >= {key: CONFIG[key] for key in CONFIG if key != "view"}.items()
    assert found == {key: part for key, part in drawn.items() if key != "config"}


def test_the_methods_are_listed_and_no_other_name_is_one(result):
    assert {*ALWAYS, "choice", "save", "names"} <= set(dir(result.charts))
    with pytest.raises(AttributeError, match=r"There is no chart 'avarages'\. There are: averages, shares, "):
        result.charts.avarages()


def test_a_chart_needs_nothing_but_the_summary(result):
    again = Charts(replace(result.summary, currency_symbol="EUR"))
    assert any("EUR" in text for text in texts_of(to_svg(again.draw("averages"))))
    assert json.dumps(again.draw("averages"))
