"""What is to be said of a source beside its account, and how: one sentence for each thing that was noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.arguments import Choice, Message, argument, named
from rfmeans.chosen_statuses import quoted_status
from rfmeans.wording import counted

if TYPE_CHECKING:
    from rfmeans.columns.line_totals import LineTotal
    from rfmeans.orders.apart import Apart
    from rfmeans.orders.examples import Unread
    from rfmeans.orders.window import Idle

LONGEST_WORD = 40


@dataclass(frozen=True)
class Duplicates:
    """Lines that are equal to an earlier one in every column.

    ``about``: estimated from a slice of the lines; ``kept``: used like any other line, not set aside.
    """

    lines: int
    about: bool = False
    kept: bool = True


ONCE = "The total of an order counts once, however many rows and files state it."


@dataclass(frozen=True)
class Overlap:
    """Orders of which lines stand in several files, and the number of files they stand in.

    ``about``: estimated from a slice of the orders; ``older``: lines of an older state of their order, set aside.
    """

    orders: int
    files: int
    about: bool = False
    older: int = 0


@dataclass(frozen=True)
class Status:
    """A status, its rows, whether orders of that status count, and whether it is a word that is known."""

    name: str
    rows: int
    counts: bool
    known: bool = True


@dataclass(frozen=True)
class Noticed:
    """What is to be said of a source beside its account.

    Attributes
    ----------
    understood
        What was understood of it, in one line.
    duplicates
        None where they were not counted.
    overlap
        None where there is one file or no order id.
    statuses
        The most frequent ones; empty where there is no column of them.
    caution
        What may be wrong with giving these orders to a model; blank where nothing is.
    apart
        Order numbers whose sales lie apart; None where there are none.
    older_only
        Customers who ordered before the window alone.
    since_days, window
        How many days of orders count, and how many count for frequency and monetary; 0 and None: all.
    line_total
        That the price was found to be the whole line's; None where it is not.
    totals
        Rows that say that they are totals and were set aside.
    unread
        Values that are no amount or no date, by example.
    idle
        Customers with nothing in the window of frequency and monetary; None without one.
    person
        A sentence on a column that may hold the person, where the customer's seems to hold ids of orders; else blank.
    malformed
        A sentence on lines of text that are no rows; blank where there are none.
    suspected
        Sentences on what may change who is a customer or what is an order, which only figures tell; see
        `rfmeans.inspection.suspicions.suspected`.
    per_order
        Whether the total of an order counts once, however many rows and files state it.
    """

    understood: str
    duplicates: Duplicates | None = None
    overlap: Overlap | None = None
    statuses: tuple[Status, ...] = ()
    caution: str = ""
    apart: Apart | None = None
    line_total: LineTotal | None = None
    older_only: int = 0
    since_days: int = 0
    window: int | None = None
    totals: int = 0
    unread: tuple[Unread, ...] = ()
    person: str = ""
    idle: Idle | None = None
    malformed: str = ""
    suspected: tuple[str, ...] = ()
    per_order: bool = False

    def sentences(self) -> tuple[str, ...]:
        """Return what is worth a sentence on a terminal or in a report."""
        said = (
            *(self.caution, self.of_apart(), self.of_statuses(), self.of_unknown()),
            *(
                self.person,
                *self.suspected,
                self.malformed,
                self.of_totals(),
                *(each.describe() for each in self.unread),
            ),
            *(self._of_duplicates(), self._of_overlap(), self._of_older(), self._of_short_window()),
            self.idle.sentence if self.idle else "",
        )
        return tuple(map(Message, filter(None, said)))

    def choices(self) -> tuple[Choice, ...]:
        """Return what can be given for what was noticed; unlike those of an error, nothing needs to be."""
        found = self.duplicates
        again = found is not None and found.lines > 0 and found.kept
        overlapping = self.overlap is not None and self.overlap.orders > 0
        counts = (again or overlapping) and not self.per_order
        drop = [Choice({"drop_duplicates": True}, "set repeated lines aside")] if counts else []
        unknown = any(not each.known for each in self.statuses)
        keep = [
            Choice({"keep_status": quoted_status(each.name)}, counted(each.rows, "row"))
            for each in self.statuses
            if unknown
        ]
        return (*drop, *keep)

    def of_apart(self) -> str:
        """Return what was done with order numbers that are not unique in time; blank where all are."""
        if self.apart is None:
            return ""
        one = self.apart.numbers == 1
        where = "on days far apart"
        if self.apart.daily:
            where = "on several days, as numbers begin again each day,"
        elif self.apart.clocks:
            where = "on days, or at times of two days, far apart"
        return (
            f"{counted(self.apart.numbers, 'order number')} {'stands' if one else 'stand'} {where} and "
            f"{'was' if one else 'were'} counted as {counted(self.apart.orders, 'order')}."
        )

    def of_totals(self) -> str:
        """Return what was done with rows of totals; blank where there are none."""
        if not self.totals:
            return ""
        say, cover = (
            ("say that they are totals", "their") if self.totals > 1 else ("says that it is a total", "its")
        )
        return (
            f"{counted(self.totals, 'row')} {say}, and {cover} money is the sum of others: set aside, "
            f"{'they are' if self.totals > 1 else 'it is'} no order."
        )

    def of_statuses(self) -> str:
        """Return the statuses as a sentence; blank where there is none."""
        parts = []
        for verb, counts in (("count", True), ("do not count", False)):
            named = [f"{short(each.name)} ({each.rows:,})" for each in self.statuses if each.counts == counts]
            if named:
                parts.append(f"{', '.join(named)} {verb}")
        return f"Rows by status: {'; '.join(parts)}." if parts else ""

    def of_unknown(self) -> str:
        """Return the statuses that nothing is known of as a sentence; blank where there is none."""
        parts = []
        for verb, counts in (("counted", True), ("not counted", False)):
            names = [short(each.name) for each in self.statuses if each.counts == counts and not each.known]
            if names:
                parts.append(f"{', '.join(names)} ({verb})")
        if not parts:
            return ""
        return (
            f"Not known as a status: {'; '.join(parts)}. Say which ones are sales with "
            f"{argument('keep_status', 'NAME,NAME')}."
        )

    def _of_duplicates(self) -> str:
        found = self.duplicates
        if not found or not found.lines or not found.kept or self.per_order:
            return ""
        several = found.lines > 1
        return (
            f"{'About ' if found.about else ''}{counted(found.lines, 'line')} {'repeat' if several else 'repeats'} an "
            f"earlier line in every column and {'are' if several else 'is'} kept. If such "
            f"lines are no sales of their own, {argument('drop_duplicates', True)} sets them aside."
        )

    def _of_older(self) -> str:
        if not self.older_only:
            return ""
        verb = "is" if self.older_only == 1 else "are"
        said = (
            f"{counted(self.older_only, 'customer')} ordered before the window ({named('since')}) alone and {verb} not "
            "among these: older orders count neither as money nor as the last purchase."
        )
        if self.window:
            return said
        return (
            f"{said} To limit frequency and monetary alone, and count recency over all history, give "
            f"{argument('window', f'{self.since_days}d')} in its place."
        )

    def _of_short_window(self) -> str:
        if not self.window or not 0 < self.since_days < self.window:
            return ""
        return (
            f"{named('since')} leaves {counted(self.since_days, 'day')} of orders: frequency and monetary are of "
            f"these, not of {counted(self.window, 'day')} ({named('window')})."
        )

    def _of_overlap(self) -> str:
        if not self.overlap or not self.overlap.orders:
            return ""
        about = "about " if self.overlap.about else ""
        older = self.overlap.older
        changed = (
            f"What {counted(older, 'line')} {'says' if older == 1 else 'say'} of an order is stated newer elsewhere: "
            f"{'it is' if older == 1 else 'they are'} set aside. "
        )
        copies = f"Where that repeats their lines, {argument('drop_duplicates', True)} sets the copies aside."
        return (
            f"The files overlap: {about}{counted(self.overlap.orders, 'order')} in more than one of "
            f"{self.overlap.files:,} files. {changed if older else ''}{ONCE if self.per_order else copies}"
        )


def short(text: str) -> str:
    """Return a word cut to a length that fits into a sentence."""
    return text if len(text) <= LONGEST_WORD else text[: LONGEST_WORD - 3] + "..."
