"""Summary -> terminal: what was read, the profile as a table, the headlines, what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from rfmeans.segments.number_of_segments import CROWDED, LEAST_GAIN, SMALLEST_SHARE, SURE, WEAKEST
from rfmeans.wording import clip, exact, money, number, percent
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from rich.console import Console

    from rfmeans.orders.account import Tally
    from rfmeans.output.audiences import Audiences
    from rfmeans.report.summary import Summary
    from rfmeans.result import Written
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.segments.scores import Crosstab


WARNING = "bold yellow"
MONEY_UNKNOWN = ("malformed line", "unreadable amount")  # reasons
LARGEST_CELLS, LEAST_CELL = 3, 0.05  # of a K-Means segment's score segments, those that are told
READ_SHARES = (
    "The same customers by score segment, largest shares: on a large share both ways agree, the rest is worth a look "
    "before a campaign."
)
WIDE = 92  # columns from which the average order fits as well


def print_summary(summary: Summary, written: Written, console: Console) -> None:
    """Print a result for a manager to read."""
    console.print(escape(read_line(summary)), soft_wrap=True)
    for sentence in summary.account.noticed.sentences() if summary.account.noticed else ():
        console.print(escape(sentence), soft_wrap=True)
    console.print(_table(summary, wide=console.width >= WIDE))
    _print_evidence(summary, console)
    console.print("Medians, against the medians of all customers:")
    for segment in summary.segments:
        marks = "".join(f"\n    borderline: {sentence}." for sentence in segment.borderline)
        console.print(
            f"  [bold]{escape(clip(segment.segment))}[/]: {escape(segment.evidence + marks)}", soft_wrap=True
        )
    for region in summary.empty_regions:
        console.print(f"  No segment is {escape(clip(region))} in these data.")
    if summary.scoring is not None:
        console.print(escape("\n" + score_lines(summary.scoring)), soft_wrap=True)
    if summary.crosstab is not None:
        console.print(escape("\n".join(crosstab_lines(summary.crosstab))), soft_wrap=True)
    console.print()
    for headline in summary.headlines:
        console.print(escape(headline), soft_wrap=True)
    if written.audiences is not None:
        console.print(escape(audience_line(written.audiences)), soft_wrap=True)
    for name in written.without_card:
        console.print(f"The playbook has no card for {escape(clip(name))}.", soft_wrap=True)
    console.print(f"Written to {escape(str(written.folder))}", soft_wrap=True)
    if written.table is not None:
        console.print(f"Written to the table {escape(clip(written.table))}", soft_wrap=True)


def score_lines(scoring: Scoring) -> str:
    """Return where the scores are cut, and what ties left of them.

    >>> from rfmeans.segments.score_cuts import FeatureCuts, Scoring
    >>> days, times = FeatureCuts("recency", (13.0,), (2, 1), False), FeatureCuts("frequency", (2.0,), (1, 2), False)
    >>> score_lines(Scoring(2, (days, times, FeatureCuts("monetary", (246.3,), (1, 2), False))))
    'R, F, M scores 1 to 2 (2 the best), cut at: recency 13; frequency 2; monetary 246.3.'
    """
    cuts = "; ".join(
        f"{found.feature} {', '.join(map(exact, found.edges)) or 'nowhere'}" for found in scoring.features
    )
    line = f"R, F, M scores 1 to {scoring.bins} ({scoring.bins} the best), cut at: {cuts}."
    return "\n".join((line, *scoring.notes))


def crosstab_lines(crosstab: Crosstab) -> list[str]:
    """Return where each K-Means segment's customers are among the score segments, and how to read that.

    >>> from rfmeans.segments.scores import Crosstab
    >>> crosstab_lines(Crosstab(("Loyal",), ("Champions", "At Risk", "Lost"), ((80, 19, 1),), ""))[1:]
    ['  Loyal: 80 % Champions, 19 % At Risk']
    """
    lines = [READ_SHARES]
    for segment, counts in zip(crosstab.segments, crosstab.customers, strict=True):
        largest = sorted(zip(counts, crosstab.score_segments, strict=True), key=lambda cell: -cell[0])[
            :LARGEST_CELLS
        ]
        shares = ((count / (sum(counts) or 1), name) for count, name in largest)
        told = [f"{percent(share)} {clip(name)}" for share, name in shares if share >= LEAST_CELL]
        lines.append(f"  {clip(segment)}: {', '.join(told) or 'no customers'}")
    return lines


def _print_evidence(summary: Summary, console: Console) -> None:
    """Print how many segments and how sure; what speaks against them in colour."""
    choice, stability = summary.choice, summary.stability
    if choice is not None:
        console.print(_votes(choice))
        console.print(escape(choice.sentence), style="" if choice.stands_out else WARNING, soft_wrap=True)
    if stability is not None:
        console.print(escape(stability.sentence), style="" if stability.stable else WARNING, soft_wrap=True)
        weak = [segment for segment in summary.segments if (segment.stability or 0) < WEAKEST]
        for segment in weak:
            console.print(
                f"  {escape(clip(segment.segment))} is found again only in part ({segment.stability:.2f} of 1).",
                soft_wrap=True,
            )
    if summary.border_line is not None:
        console.print(f"{summary.border_line}\n", soft_wrap=True)


def _votes(choice: Choice) -> Table:
    table = Table(title="How many segments", title_justify="left", caption_justify="left", box=SIMPLE_HEAD)
    table.padding = (0, 1, 0, 0)
    heads = ("", "Stability", "Weakest", "Smallest", "Gain", "Border", "Silhouette", "C-H", "D-B", "Inertia")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for vote in choice.votes:
        chosen = vote.segments == choice.recommended
        table.add_row(
            f"{vote.segments}{' *' if chosen else '  '}",
            *(f"{value:.2f}" for value in (vote.stability, vote.weakest)),
            percent(vote.smallest_share),
            f"{vote.gain:.3f}",  # the limit is 0.04: with two digits, what misses it would read the same
            *(f"{value:.2f}" for value in (vote.border, vote.silhouette)),
            number(vote.calinski_harabasz),
            f"{vote.davies_bouldin:.2f}",
            number(vote.inertia),
            style="bold" if chosen else "",
        )
    favourites = "; ".join(f"{name} {number or '–'}" for name, number in choice.favourites.items())
    table.caption = (
        f"* recommended. Alone would take: {favourites}.\n"
        f"Sound: stability {SURE:.2f}, weakest segment {WEAKEST:.2f}, smallest {percent(SMALLEST_SHARE)} or more. "
        f"Standing out: also gain {LEAST_GAIN:.2f} or more, border {CROWDED:.2f} or less.\n"
        f"Silhouette of a sample of {choice.silhouette_sample:,} customers. C-H: Calinski-Harabasz; "
        "D-B: Davies-Bouldin. docs/evidence.md defines all.\n"
    )
    return table


def audience_line(audiences: Audiences) -> str:
    """Return one line on the lists for campaigns, and whom they leave out.

    >>> from rfmeans.output.audiences import AudienceList, Audiences
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 645, 71),), 0, 0))
    'Audience lists (plain) in audiences/: 1 list, 716 customers, 71 of them (10 %) held out to measure campaigns.'
    """
    held = sum(entry.holdout for entry in audiences.lists)
    listed = held + sum(entry.treatment for entry in audiences.lists)
    line = f"Audience lists ({audiences.format}) in audiences/: {_lists(len(audiences.lists))}, {listed:,} customers"
    if held:
        line += f", {held:,} of them ({percent(held / listed)}) held out to measure campaigns"
    if audiences.without_email:
        line += f"; {audiences.without_email:,} without an e-mail address are in no list"
    if audiences.repeated_email:
        line += f"; {audiences.repeated_email:,} share another one's address"
    return f"{line}."


def _lists(count: int) -> str:
    return f"{count} list{'' if count == 1 else 's'}"


def read_line(summary: Summary) -> str:
    """Return one line on what was read and what was set aside."""
    account, symbol = summary.account, summary.currency_symbol
    aside = [_worth(reason, tally, symbol) for reason, tally in account.customers_set_aside.items()]
    customers = f"{account.clustered.rows:,} customers segmented"
    if aside:
        customers += f" (set aside: {'; '.join(sorted(aside))})"
    if account.lines is None:
        return f"{clip(summary.source)}: {customers}."
    lines = account.lines
    reasons = "; ".join(_worth(reason, tally, symbol) for reason, tally in sorted(lines.set_aside.items()))
    return (
        f"{clip(summary.source)}: {lines.read.rows:,} lines read, {lines.used.rows:,} used worth "
        f"{money(float(lines.used.money), symbol)}, {lines.read.rows - lines.used.rows:,} set aside"
        f"{f' ({reasons})' if reasons else ''}; {lines.first_day} to {lines.last_day}, as of {summary.as_of}; "
        f"{customers}."
    )


def _table(summary: Summary, *, wide: bool) -> Table:
    table = Table(
        title="Customer segments",
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    symbol = summary.currency_symbol
    table.add_column("Segment", no_wrap=True)
    heads = ("Customers", "Revenue", "Days", "Purchases", "Spent", *(["Average order"] if wide else []))
    for head in heads:
        table.add_column(head, justify="right", overflow="fold")
    table.caption = "Days since the last purchase, purchases, money spent: means per customer."
    for segment in summary.segments:
        mark = " *" if segment.borderline else ""
        table.add_row(
            escape(clip(segment.segment, 40)) + mark,
            *_cells(segment.figures, symbol, segment.share, segment.revenue_share)[: len(heads)],
        )
    if any(segment.borderline for segment in summary.segments):
        table.caption += "\n* borderline: what the name hangs on is said below."
    table.add_section()
    table.add_row("All", *_cells(summary.everyone, symbol)[: len(heads)])
    return table


def _cells(
    figures: Group, symbol: str, share: float | None = None, revenue_share: float | None = None
) -> list[str]:
    return [
        f"{figures.customers:,}{_of_all(share)}",
        f"{money(float(figures.revenue), symbol)}{_of_all(revenue_share)}",
        number(figures.mean_recency),
        number(figures.mean_frequency),
        money(figures.mean_monetary, symbol),
        money(figures.average_order_value, symbol),
    ]


def _of_all(share: float | None) -> str:
    return "" if share is None else f" ({percent(share)})"


def _worth(reason: str, tally: Tally, symbol: str) -> str:
    known = reason not in MONEY_UNKNOWN
    return f"{tally.rows:,} {reason}{f', worth {money(float(tally.money), symbol)}' if known else ''}"
