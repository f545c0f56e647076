"""The report's colours and type for the page: Streamlit's theme, and the styles of what the report draws."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rfmeans.report.page import fragment_styles

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
LIGHT = {
    "primaryColor": "#005a8f",
    "backgroundColor": "#f6f7f9",
    "secondaryBackgroundColor": "#ffffff",
    "textColor": "#1d2127",
    "linkColor": "#005a8f",
    "borderColor": "#c9cfd6",
}
DARK = {
    "primaryColor": "#3f9ad0",
    "backgroundColor": "#121519",
    "secondaryBackgroundColor": "#1a1e24",
    "textColor": "#e8eaed",
    "linkColor": "#7cc4f2",
    "borderColor": "#3a424d",
}


def theme() -> dict[str, str | bool]:
    """Return Streamlit's settings of colours and type, for light and dark."""
    found: dict[str, str | bool] = {
        "theme.font": FONT,
        "theme.headingFont": FONT,
        "theme.showWidgetBorder": True,
    }
    for mode, colours in (("light", LIGHT), ("dark", DARK)):
        found |= {f"theme.{mode}.{name}": colour for name, colour in colours.items()}
    return found


@cache
def styles() -> str:
    """Return the styles of the page."""
    own = files("rfmeans.app").joinpath("page.css").read_text(encoding="utf-8")
    return f"<style>{fragment_styles('.told')}\n{own}</style>"
