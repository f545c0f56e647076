"""Statuses: which of them count, and which sales and refunds they leave out."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.layout import called_off_words, part_of_word, unsold_words, went_back_words
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.marks import back_words
from rfmeans.orders.taken_back import with_taken_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Also, Layout
    from rfmeans.engines.engine import Engine
    from rfmeans.orders.compared import Compared


ALSO = "also_"  # with a number: what a further column says


def status_variants(words: Iterable[str]) -> list[str]:
    """Return the ways in which statuses are spelled, in lower case.

    >>> status_variants(["on hold"])
    ['on hold', 'on-hold', 'on_hold', 'onhold', 'wc-on hold', 'wc-on-hold', 'wc-on_hold', 'wc-onhold']
    """
    found: set[str] = set()
    for word in words:
        lowered = " ".join(word.casefold().replace("_", " ").replace("-", " ").split())
        bare = "".join(
            letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter)
        )
        spelled = {" ".join(word.casefold().split())}
        spelled |= {each.replace(" ", gap) for each in (lowered, bare) for gap in (" ", "_", "-", "")}
        found |= spelled | {f"wc-{each}" for each in spelled}
        if lowered.isdecimal():  # a flag in a column of floats
            found.add(f"{lowered}.0")
    return sorted(found)


def status_values(table: ir.Table, engine: Engine, layout: Layout) -> dict[str, ir.Value]:
    """Return what each line says of its status; null where it says nothing."""
    found: dict[str, ir.Value] = {"status": ibis.null("string")}
    if layout.columns.status is not None:
        found["status"] = word_of(table[layout.columns.status], engine)
    for place, also in enumerate(layout.also):
        lets = _lets(word_of(table[also.column], engine), also, engine)
        if also.unless:
            said = word_of(table[also.unless], engine)
            lifted = engine.is_among(status_variants(also.drop), said).fill_null(False)
            lets = ibis.ifelse(lifted, 1, lets)
        found[f"{ALSO}{place}"] = lets
    return found


def word_of(column: ir.Column, engine: Engine) -> ir.StringColumn:
    """Return the words of a column in lower case, null where it is blank."""
    return engine.stripped(column.cast("string")).lower().nullif("")


def _lets(word: ir.StringColumn, also: Also, engine: Engine) -> ir.IntegerColumn:
    """Return 1 where a further column lets the row count and 0 where it does not; null where it says nothing."""
    if also.filled:
        lets = ibis.ifelse(word.notnull(), 1, 0)
    elif also.empty:
        lets = ibis.ifelse(word.re_search("[1-9]").fill_null(False), 0, 1)  # 0000-00-00 is no day
    elif also.keep:
        lets = ibis.ifelse(engine.is_among(status_variants(also.keep), word), 1, 0)
    else:
        lets = ibis.ifelse(engine.is_among(status_variants(also.drop), word), 0, 1)
    said = lets if also.filled or also.empty else ibis.ifelse(word.isnull(), ibis.null(lets.type()), lets)
    return said.cast("int64")


def is_money_back(column: ir.Column, engine: Engine) -> ir.BooleanColumn:
    """Whether the word in a column of kinds says that the row is money back."""
    return engine.is_among(status_variants(back_words()), word_of(column, engine)).fill_null(False)


def is_unsold(lines: ir.Table, layout: Layout, engine: Engine) -> ir.Column:
    """Whether a line's status does not count; one without a status counts unless statuses were chosen."""
    unsold = _main_status_is_unsold(lines, layout, engine)
    for place in range(len(layout.also)):
        unsold |= (lines[f"{ALSO}{place}"] == 0).fill_null(False)
    return unsold


def _means(engine: Engine, status: ir.StringColumn, words: Sequence[str], *parts: str) -> ir.BooleanColumn:
    """Whether a status is one of these words, or says so by its parts."""
    said = status.replace("_", " ").replace("-", " ")
    left = said.re_replace(part_of_word("unless"), " ")
    tells = left.re_search("|".join(map(part_of_word, parts)))
    return ibis.cases(
        # Far quicker to see than a pattern.
        (engine.is_among(built_in()["sold"]["usual"], status).fill_null(True), False),
        (engine.is_among(status_variants(words), status), True),
        else_=tells,
    )


def does_count(status: str, layout: Layout) -> bool:
    """Whether orders of a status, in lower case, count."""
    if layout.keep_status is not None:
        return status in status_variants(layout.keep_status)
    if not layout.drop_status:
        return True
    if status in built_in()["sold"]["usual"]:
        return True
    said = status.replace("_", " ").replace("-", " ")
    left = re.sub(part_of_word("unless"), " ", said)
    told = any(re.search(part_of_word(part), left) for part in _parts(layout))
    return status not in status_variants((*layout.drop_status, *layout.refunded_status)) and not told


def is_known(status: str, layout: Layout) -> bool:
    """Whether a list has a status, in lower case."""
    lists = (built_in()["sold"]["words"], unsold_words(layout), layout.keep_status or ())
    return status in status_variants(word for words in lists for word in words)


def _parts(layout: Layout) -> tuple[str, ...]:
    return ("words", "called off", *(["refunded"] if layout.refunded_status else []))


def _main_status_is_unsold(lines: ir.Table, layout: Layout, engine: Engine) -> ir.Column:
    if layout.columns.status is None:
        return ibis.literal(False)
    if layout.keep_status is not None:
        return ~engine.is_among(status_variants(layout.keep_status), lines.status).fill_null(False)
    if not layout.drop_status:
        return ibis.literal(False)
    unsold = _means(engine, lines.status, layout.drop_status, "words", "called off")
    if layout.refunded_status:
        unsold |= _means(engine, lines.status, layout.refunded_status, "refunded") & (lines.amount > 0)
    return unsold.fill_null(False)


def with_refunds(lines: ir.Table, layout: Layout, engine: Engine, compared: Compared) -> ir.Table:
    """Add taken_back: whether the line takes back a sale that is left out by its status."""
    if not layout.tells_status:
        return lines
    unsold = is_unsold(lines, layout, engine)
    returning = lines.returning & unsold if "returning" in lines.columns else ibis.literal(False)
    if not compared.taken_back:
        return lines.mutate(taken_back=returning)
    back = _means(engine, lines.status, went_back_words(layout), "refunded")
    off = _means(engine, lines.status, called_off_words(), "called off")
    found = with_taken_back(lines, unsold, back, off)
    if "returning" in found.columns:
        found = found.mutate(
            taken_back=found.taken_back | (found.returning & is_unsold(found, layout, engine))
        )
    return found
