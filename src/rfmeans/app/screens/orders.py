"""Open: where the orders are, what was understood of them, and whether they are ready to be segmented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.room import SYNTHETIC
from rfmeans.app.widgets import pick, remembered, said, told
from rfmeans.arguments import with_options
from rfmeans.report.analyses.inspection import account_table, because, shop_table
from rfmeans.report.blocks import Heading, Sentence, Words

if TYPE_CHECKING:
    from rfmeans.app.room import Opened, Room
    from rfmeans.app.serving import Serving
    from rfmeans.report.blocks import Block
    from rfmeans.report.table import Table

FILES, PATH, SHOP = "Files", "Path or database", "Synthetic shop"
SHOP_CUSTOMERS = 10_000


def draw(room: Room, serving: Serving) -> None:
    """Draw the screen."""
    ways = [FILES, SHOP] if serving.uploads_only else [FILES, PATH, SHOP]
    way = pick(room, "way", "Where the orders are", ways)
    {FILES: _files, PATH: _path, SHOP: _shop}[way](room)
    if room.opened:
        _understood(room, room.opened)
    elif room.job is None and room.problem is None:
        said(
            "One row per order line or per order: an export of a shop, a spreadsheet, a table. "
            "Nothing leaves this machine."
        )


def _files(room: Room) -> None:
    files = st.file_uploader(
        "Orders: CSV, Excel, JSON lines or Parquet, also zipped. Several files with the same columns are read as one.",
        accept_multiple_files=True,
        key="files",
    )
    ids = [file.file_id for file in files or ()]
    if files and ids != room.chosen.get("uploaded"):
        room.chosen["uploaded"] = ids
        room.store([(file.name, file) for file in files])
        st.rerun()


def _path(room: Room) -> None:
    with st.form("address", border=False):
        source = remembered(
            room,
            "path",
            "",
            lambda key: st.text_input(
                "Path of a file on this machine, a glob of files, or postgres://user@host/database", key=key
            ),
        )
        table = remembered(
            room,
            "table",
            "",
            lambda key: st.text_input("Table, where it is a database with several", key=key),
        )
        if st.form_submit_button("Open", type="primary") and source.strip():
            room.open(source.strip(), source.strip(), {"table": table.strip()} if table.strip() else {})
            st.rerun()


def _shop(room: Room) -> None:
    said(f"A made-up shop with {SHOP_CUSTOMERS:,} customers of four kinds, to look around.")
    if st.button("Open the synthetic shop", type="primary", key="shop"):
        from rfmeans.synthetic import make_orders

        orders = make_orders(SHOP_CUSTOMERS, seed=0).drop(columns="kind")
        orders.attrs["name"] = SYNTHETIC
        room.open(orders, SYNTHETIC, {})
        st.rerun()


def _understood(room: Room, opened: Opened) -> None:
    found, noticed = opened.inspection, opened.inspection.account.noticed
    blocks: list[Block] = [
        Heading(f"Verdict: {found.verdict}"),
        Sentence(found.verdict.capitalize() + because(found, "below")),
    ]
    findings = [(each.found, with_options(each.advice)) for each in (*found.suspicious, *found.advice)]
    if noticed:
        blocks.append(Sentence(f"Read as {with_options(noticed.understood)}.", "note"))
    told([blocks[0], *blocks[1:]])
    _choices(room, opened)
    left, right = st.columns(2)
    with left:
        told([_whole(account_table(found), "Where every line went")])
    with right:
        told(
            [replace(shop_table(found), caption="The shop"), *([Words(tuple(findings))] if findings else [])]
        )
    st.caption("The first rows")
    st.dataframe(
        [{name: _shown(value) for name, value in row.items()} for row in opened.head], hide_index=True
    )


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _whole(table: Table, caption: str) -> Table:
    """Return a table with the rows below its line among the others: the page of a report draws none there."""
    return replace(table, caption=caption, rows=(*table.rows, *table.below), below=())


def _choices(room: Room, opened: Opened) -> None:
    """Offer what may be read otherwise: repeated lines, statuses, the window, the sign of the money."""
    noticed = opened.inspection.account.noticed
    with st.expander("Read them otherwise", key="otherwise"), st.form("how", border=False):
        given: dict[str, Any] = {}
        if (noticed and any("drop_duplicates" in each.given for each in noticed.choices())) or room.how.get(
            "drop_duplicates"
        ):
            given["drop_duplicates"] = st.checkbox(
                "Set repeated lines aside, but for the first of each", bool(room.how.get("drop_duplicates"))
            )
        names = [status.name for status in noticed.statuses] if noticed else []
        if names:
            usual = [status.name for status in noticed.statuses if status.counts] if noticed else []
            kept = st.multiselect("Statuses that count", names, usual)
            given["keep_status"] = (
                tuple(kept) if set(kept) != set(usual) and kept else room.how.get("keep_status")
            )
        given["where"] = st.text_input(
            "Only lines for which this SQL condition is true", room.how.get("where") or ""
        )
        given["currency_symbol"] = st.text_input(
            "Sign that money is shown with, like £", room.how.get("currency_symbol") or "", max_chars=8
        )
        if st.form_submit_button("Read again"):
            room.how = {**room.how, **given}
            room.how = {name: value for name, value in room.how.items() if value not in (None, "", False)}
            room.read()
            st.rerun()
