"""Drift: whether the model still fits, in a sentence and in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.over_time.drift import CAUTION, SEGMENTS, WARNING, Drift
from rfmeans.report.blocks import Heading, Section, Sentence
from rfmeans.report.table import Cell, in_digits, table
from rfmeans.wording import money, number

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
    from rfmeans.report.table import Table

TITLE = "Does the model still fit?"
FORGOTTEN = (
    "Whether the model still fits cannot be said: an older rfmeans wrote it, and it remembers no quintiles of its "
    "customers. Fit it anew."
)
NOTE = (
    "Population stability index: how differently customers are spread over the quintiles of the fit, and over the "
    f"segments. Below {CAUTION} is no change to speak of, from {WARNING} on the model is of other customers."
)


def drift(summary: Summary) -> Section:
    """Tell how far these customers are from those of the fit; nothing of the fit itself."""
    if summary.forgotten:
        said = (Sentence(FORGOTTEN, "note"),)
        return Section(said, said, said)
    found = summary.drift
    if found is None:
        return Section()
    said_of = Sentence(drift_line(found), "warning" if found.largest[1] >= CAUTION else "")
    shown = _table(found, summary.currency_symbol)
    return Section(
        page=(Heading(TITLE, "drift", "Does it still fit"), said_of, shown, Sentence(NOTE, "note")),
        markdown=(Heading(TITLE), said_of, shown, Sentence(NOTE)),
        terminal=(said_of,),
    )


def drift_line(found: Drift) -> str:
    """Return one sentence: that the model fits, a caution, or a warning."""
    of, index = found.largest
    verb = "are" if of == SEGMENTS else "is"
    measured = f"population stability index {index:.2f}"
    if index < CAUTION:
        return f"The model still fits: customers are spread as those of the fit were ({of}: {measured})."
    if index < WARNING:
        return (
            f"Caution: {of} {verb} spread otherwise than at the fit ({measured}, a caution from {CAUTION} on). Look at "
            "what changed, and fit the model anew before long."
        )
    return (
        f"Warning: the model no longer fits: {of} {verb} spread otherwise than at the fit ({measured}, a warning from "
        f"{WARNING} on). Check that the orders are whole and in the same currency, or fit the model anew."
    )


def _table(found: Drift, symbol: str) -> Table:
    rows: list[tuple[str | Cell, ...]] = [
        (
            old.feature.capitalize(),
            in_digits(found.indices[old.feature]),
            *(
                Cell(money(value, symbol) if old.feature == "monetary" else number(value))
                for value in (old.median, new.median)
            ),
        )
        for old, new in zip(found.then.features, found.now.features, strict=True)
    ]
    rows.append((SEGMENTS.capitalize(), in_digits(found.indices[SEGMENTS]), Cell(""), Cell("")))
    distances = (found.then.distance, found.now.distance)
    if None not in distances:
        said = (Cell(f"{distance:.2f}") for distance in distances)
        rows.append(("Mean distance to the nearest centre", Cell(""), *said))
    heads = ("Of", "Stability index", "Median at the fit", "Median now")
    return table("These customers against those of the fit", heads, rows)
