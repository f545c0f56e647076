"""How it was made: what the words mean, transforms, settings, versions."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import with_options
from rfmeans.report.blocks import Beside, Block, Heading, Item, Items, Section, Words
from rfmeans.report.charts.frame import segment_labels
from rfmeans.report.table import Table, in_money, in_number, table
from rfmeans.segments.settings import AUTO
from rfmeans.settings import Reading
from rfmeans.wording import SENTENCE_TEXT, clip, number, within

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

TITLE = "How it was made"
WORDS = (
    (
        "Recency",
        "Whole days from the last purchase to the as-of date. A purchase is an order whose total is above zero; "
        "returns and free orders are none.",
    ),
    ("Frequency", "Number of purchases; the first one counts."),
    ("Monetary", "Net money: all the customer's order lines, returns subtracted, summed as decimals."),
    ("Revenue", "The sum of monetary over the customers of a segment."),
    (
        "Centre and name",
        "K-Means finds the centres. The recency score of a centre is -z of recency, its value score the mean of z "
        "of frequency and monetary; the cuts of these two scores give the name. Within 0.15 of a cut the name is "
        "borderline.",
    ),
)
SCORE_WORD = (
    "Score and name",
    "A score is above j of n if at least j/n of all customers are strictly worse; equal customers have equal scores. "
    "{}",
)
BY_GRID, BY_CODE = "R against the mean of F and M gives the name.", "The code of all three gives the name."
WINDOW = (
    "Frequency and monetary count purchases and money {}, up to the as-of date; recency and the first purchase are "
    "of all history. Who bought before that alone has 0 purchases and 0 money."
)
KMEANS = {
    "seed": "Seed",
    "n_init": "Starts (k-means++)",
    "tol": "Tolerance at which it stops",
    "passes": "Exact passes over all customers, to refine the centres",
}
READING = {option.name: option.default for option in fields(Reading)}  # what is not worth a row


def words(summary: Summary) -> Section:
    """Begin the chapter, and explain the words of the page."""
    word, meaning = SCORE_WORD
    scores = (word, meaning.format(BY_CODE if summary.named_by_code else BY_GRID))
    meanings = (*(WORDS[:-1] if summary.inertia is None else WORDS), scores)
    if summary.window:
        meanings += (("Window", WINDOW.format(within(summary.window).strip())),)
    return Section(
        page=(Heading(TITLE, "method", TITLE), Heading("What the words mean"), Words(meanings)),
        markdown=(Heading(TITLE),),
    )


def settings(summary: Summary) -> Section:
    """Give all that is needed to make it again."""
    clustered = summary.inertia is not None
    tables = (
        *([_centres(summary), _pairs("K-Means (scikit-learn)", _kmeans(summary))] if clustered else []),
        _pairs("How the source was read", _reading(summary)),
        _pairs("Versions", summary.versions),
    )
    heading: Block = Heading("Transforms, settings, versions")
    versions = ", ".join(f"{name} {version}" for name, version in summary.versions.items())
    return Section(
        page=(heading, *([_transforms(summary)] if clustered else []), Beside(tables)),
        markdown=(Items((Item(_how(summary)), Item(f"{versions}."))),),
    )


def _how(summary: Summary) -> str:
    if summary.inertia is None and summary.scoring:
        return f"Segments are those of R, F and M scores from 1 to {summary.scoring.bins}."
    transforms = ", ".join(f"{feature.name} {feature.transform}" for feature in summary.scaling.features)
    return (
        f"Transforms: {transforms}; then standardised. K-Means with {len(summary.segments)} segments, "
        f"seed {summary.settings.get('seed')}."
    )


def _centres(summary: Summary) -> Table:
    rows = (
        (label, in_number(days), in_number(purchases), in_money(spent, summary.currency_symbol))
        for label, segment in zip(segment_labels(summary), summary.segments, strict=True)
        for days, purchases, spent in [segment.centre]
    )
    return table("Centres of the segments", ("Segment", "Days", "Purchases", "Spent"), rows)


def _transforms(summary: Summary) -> Table:
    """Return the transform of each feature, and why."""
    asked = summary.settings.get("transform")
    rows = []
    for feature in summary.scaling.features:
        above = "above" if feature.transform == "log1p" else "not above"
        why = f"its skewness over customers is {number(feature.skewness)}, {above} 1"
        scaled = f"mean {feature.mean:.6g} and standard deviation {feature.sd:.6g}"
        rows.append(
            (
                feature.name.capitalize(),
                f"{feature.transform}, then {scaled}",
                why if asked == "auto" else f"asked for: transform {asked}",
            )
        )
    return table("Transform of each feature", ("Feature", "Transform", "Why"), rows)


def _kmeans(summary: Summary) -> dict[str, Any]:
    chosen = ", chosen from the votes" if summary.settings.get("segments") == AUTO else ""
    return {
        "Segments": f"{len(summary.segments)}{chosen}",
        **{said: summary.settings[name] for name, said in KMEANS.items() if name in summary.settings},
        "Inertia": f"{summary.inertia:.8g}",
    }


def _reading(summary: Summary) -> dict[str, Any]:
    lines, noticed = summary.account.lines, summary.account.noticed
    return {
        "Source": summary.source,
        **({"Understood as": with_options(noticed.understood)} if noticed else {}),
        "As-of date": summary.as_of or "given as recency",
        **({"First and last day": f"{lines.first_day} to {lines.last_day}"} if lines else {}),
        **{f"Column of the {role}": name for role, name in summary.described["columns"].items()},
        **{
            name.replace("_", " ").capitalize(): value
            for name, value in summary.described["settings"].items()
            if name in READING and value != READING[name]
        },
    }


def _pairs(caption: str, pairs: dict[str, Any]) -> Table:
    rows = ((clip(str(name)), clip(str(value), SENTENCE_TEXT)) for name, value in pairs.items())
    return table(caption, ("What", "Value"), rows)
