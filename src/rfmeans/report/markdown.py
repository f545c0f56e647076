"""Summary -> Markdown, for a wiki or a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rfmeans.report import sentences
from rfmeans.wording import clip, counted, money, number, percent

if TYPE_CHECKING:
    from rfmeans.report.playbook import Playbook
    from rfmeans.report.summary import Summary
    from rfmeans.segments.profile import Group
    from rfmeans.segments.scores import Crosstab

HEADS = (
    *("Segment", "Customers", "Share", "Revenue", "Share of revenue"),
    *("Recency, days", "Frequency, purchases", "Monetary, each", "Average order"),
)
SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$])")
WITHOUT_SCHEME = re.compile(r"(www)\.", re.IGNORECASE)  # GitHub makes a link of it


def plain(text: str) -> str:
    r"""Return foreign text that Markdown shows as it is: no markup, no link, no HTML, no end of a cell.

    >>> plain("a|b *c* <script>"), plain("https://x")
    ('a\\|b \\*c\\* &lt;script&gt;', 'https&#58;//x')
    """
    shown = clip(text, 400).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    unlinked = SPECIAL.sub(r"\\\1", shown).replace("://", "&#58;//")  # last: its own # is none of the text's
    return WITHOUT_SCHEME.sub(r"\1&#46;", unlinked)


def to_markdown(summary: Summary, playbook: Playbook) -> str:
    """Return the summary as Markdown: what the segments are, their figures and evidence, what to do."""
    sure = sentences.how_sure(summary)
    parts = [
        f"# Customer segments: {plain(summary.source)}",
        " ".join(map(plain, sentences.what_they_are(summary))),
        "\n".join(f"- {plain(headline)}" for headline in summary.headlines),
        _table(summary),
        "Means per customer. Monetary is net of returns.",
        "## Why they are called so",
        "Medians, against the medians of all customers.",
        "\n".join(_evidence(summary)),
        *(_crosstab(summary.crosstab) if summary.crosstab else []),
        *(["## How sure they are", "\n".join(f"- {plain(said)}" for said, _ in sure)] if sure else []),
        "## What to do",
        "\n".join(_actions(summary, playbook)),
        "## How it was made",
        "\n".join(_made(summary)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(summary: Summary) -> str:
    rows = [
        _row(plain(segment.segment), segment.figures, (segment.share, segment.revenue_share), summary)
        for segment in summary.segments
    ]
    rows.append(_row("All customers", summary.everyone, (1.0, 1.0), summary))
    lines = [HEADS, ("---", *["--:"] * (len(HEADS) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(name: str, figures: Group, shares: tuple[float, float], summary: Summary) -> tuple[str, ...]:
    symbol = plain(summary.currency_symbol)
    return (
        name,
        number(figures.customers),
        percent(shares[0]),
        money(float(figures.revenue), symbol),
        percent(shares[1]),
        number(figures.mean_recency),
        number(figures.mean_frequency),
        money(figures.mean_monetary, symbol),
        money(figures.average_order_value, symbol),
    )


def _evidence(summary: Summary) -> list[str]:
    lines = []
    for segment in summary.segments:
        lines.append(f"- **{plain(segment.segment)}**: {plain(segment.evidence)}.")
        lines += [f"  - borderline: {plain(sentence)}." for sentence in segment.borderline]
    return [*lines, *(f"- No segment is {plain(region)} in these data." for region in summary.empty_regions)]


def _crosstab(crosstab: Crosstab) -> list[str]:
    heads = ("Score segment", *map(plain, crosstab.segments))
    rows = [
        (plain(name), *map(number, counts))
        for name, counts in zip(crosstab.score_segments, zip(*crosstab.customers, strict=True), strict=True)
    ]
    lines = [heads, ("---", *["--:"] * (len(heads) - 1)), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return ["## Beside the scores people know", plain(crosstab.sentence), table]


def _actions(summary: Summary, playbook: Playbook) -> list[str]:
    lines = []
    for segment in summary.segments:
        card = playbook.cards.get(segment.region)
        said = (
            f"{plain(card.aim)} {plain(card.offer)}"
            if card
            else f"{plain(playbook.name)} has no card for it."
        )
        lines.append(f"- **{plain(segment.segment)}**: {said}")
    return lines


def _made(summary: Summary) -> list[str]:
    account, symbol = summary.account, summary.currency_symbol
    lines = []
    if account.lines is not None:
        used = account.lines.used
        lines.append(
            f"- {counted(account.lines.read.rows, 'order line')} read, {number(used.rows)} used worth "
            f"{plain(money(float(used.money), symbol))}; {account.lines.first_day} to {account.lines.last_day}, as of "
            f"{summary.as_of}."
        )
        tallies = account.lines.set_aside.items()
        lines += [f"  - set aside: {number(tally.rows)} {plain(reason)}" for reason, tally in sorted(tallies)]
    lines.append(f"- {counted(account.clustered.rows, 'customer')} segmented.")
    lines += [
        f"  - set aside: {number(tally.rows)} {plain(reason)}"
        for reason, tally in sorted(account.customers_set_aside.items())
    ]
    versions = ", ".join(f"{name} {number_}" for name, number_ in summary.versions.items())
    return [
        *lines,
        _how(summary),
        f"- {versions}.",
    ]


def _how(summary: Summary) -> str:
    if summary.inertia is None and summary.scoring:
        return f"- Segments are those of R, F and M scores from 1 to {summary.scoring.bins}."
    transforms = ", ".join(f"{feature.name} {feature.transform}" for feature in summary.scaling.features)
    return (
        f"- Transforms: {transforms}; then standardised. K-Means with {len(summary.segments)} segments, "
        f"seed {summary.settings.get('seed')}."
    )
