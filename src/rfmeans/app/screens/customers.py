"""Customers: those of a segment, searched, sorted and paged on the engine; one of them explained."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.screens.segments import current
from rfmeans.app.widgets import remembered, said, told
from rfmeans.errors import RFMeansError
from rfmeans.groups import HOLDOUT, TREATMENT
from rfmeans.model.customer_pages import SORTED_BY, customer_page
from rfmeans.report.blocks import Heading, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.result import Segmentation

SIZE = 10
IN_CAMPAIGNS = {TREATMENT: "written to", HOLDOUT: "held out"}
EVERY, ASIDE = "All segments", "Set aside"


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    result = current(room)
    if result is None or room.job:  # one thing at a time works on the engine
        return
    customer = _listed(room, result)
    if customer:
        _explain(result, customer)


def _listed(room: Room, result: Segmentation) -> str:
    """Draw a page of customers and return the id of the one to explain; blank: none."""
    asked = _asked(room, result)
    page = customer_page(
        result.customers, **asked, page=int(st.session_state.get("page_number", 1)), size=SIZE
    )
    pages = max(1, math.ceil(page.found / SIZE))
    if not page.rows and pages < st.session_state.get("page_number", 1):
        st.session_state["page_number"] = pages
        st.rerun()
    if not page.found:
        said("No customer is like that.", "note")
        return ""
    picked = _picked(page.rows, _money_head(room))
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    with left:
        said(
            f"{page.found:,} customers, {pages:,} {'page' if pages == 1 else 'pages'}. Pick one to explain it.",
            "note",
        )
    with middle:
        typed = st.text_input("Explain the customer with this id", key="explain")
    with right:
        st.number_input("Page", 1, pages, key="page_number")
    return picked or typed.strip()


def _asked(room: Room, result: Segmentation) -> dict[str, Any]:
    """Ask which customers are shown and in which order; return it as arguments of `customer_page`."""
    names = {EVERY: None, **{each.segment: each.segment_id for each in result.summary.segments}, ASIDE: 0}
    if room.chosen.get("of_segment") not in names:
        room.chosen.pop("of_segment", None)
        st.session_state.pop("of_segment", None)
    one, two, three = st.columns([2, 2, 1])
    with one:
        name = remembered(room, "of_segment", EVERY, lambda key: st.selectbox("Segment", [*names], key=key))
    with two:
        search = remembered(
            room, "search", "", lambda key: st.text_input("Search: a part of the id or e-mail", key=key)
        )
    with three:
        sort = remembered(
            room,
            "sort",
            "monetary",
            lambda key: st.selectbox(
                "Sorted by", SORTED_BY, key=key, format_func=lambda word: word.replace("_", " ")
            ),
        )
    return {
        "segment": names[name],
        "search": search,
        "sort": sort,
        "descending": sort not in ("customer_id", "recency"),
    }


def _picked(rows: Sequence[dict[str, Any]], money_head: str) -> str:
    """Draw customers as a table, and return the id of the one that is picked; blank: none."""
    shown = st.dataframe(
        [_shown(row) for row in rows],
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key="customers",
        column_config={
            "Money": st.column_config.NumberColumn(money_head, format="accounting"),
            "Confidence": st.column_config.NumberColumn(format="%.2f"),
        },
    )
    picked = [rows[at] for at in shown.selection.rows if at < len(rows)]
    return str(picked[0]["customer_id"]) if picked else ""


def _money_head(room: Room) -> str:
    assert room.opened is not None
    symbol = room.opened.inspection.currency_symbol
    return f"Money ({symbol})" if symbol else "Money"


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a customer as the table shows it; the reason takes the place of a segment where there is none."""
    reason, segment = row.get("reason"), row.get("segment")
    money = row["monetary"]
    return {
        "Customer": str(row["customer_id"]),
        "Money": None if money is None else round(float(money), 2),
        "Segment": segment or f"set aside: {reason}",
        "Days since": row["recency"],
        "Purchases": row["frequency"],
        "Confidence": row.get("confidence"),
        "In campaigns": IN_CAMPAIGNS.get(row.get("group") or "", ""),
    }


def _explain(result: Segmentation, customer: str) -> None:
    try:
        found = result.explain(customer)
    except RFMeansError as error:
        said(error.message, "warning")
        return
    told([Heading(f"Customer {customer}"), *(Sentence(line.strip()) for line in found.lines)])
