"""The page looks like the report."""

import re
from importlib.resources import files

from rfmeans.app.looks import DARK, LIGHT, styles, theme


def test_its_colours_are_those_of_the_report():
    css = files("rfmeans.report").joinpath("page.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z-]+): ([^;]+);", block))
        for block in re.findall(r":root \{([^}]*)\}", css)[:2]
    )
    for colours, theirs in ((LIGHT, light), (DARK, dark)):
        assert colours["backgroundColor"] == theirs["page"]
        assert colours["secondaryBackgroundColor"] == theirs["card"]
        assert colours["textColor"] == theirs["ink"]
        assert colours["linkColor"] == theirs["link"]
    assert theme()["theme.dark.textColor"] == dark["ink"]


def test_the_reports_styles_touch_what_the_report_draws_alone():
    text = styles()
    assert text.startswith("<style>.told {")
    assert ":root" not in text
    assert not re.search(r"(?m)^body", text)
