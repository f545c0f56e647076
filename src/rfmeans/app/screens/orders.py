"""Open: where the orders are, what was understood of them, and whether they are ready to be segmented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.controls import COLUMNS, MORE, answer, label, with_controls
from rfmeans.app.lines import without_password
from rfmeans.app.room import SYNTHETIC, Problem
from rfmeans.app.widgets import named_value, pick, remembered, said, told
from rfmeans.chosen_statuses import quoted_status
from rfmeans.engines.dispatch import ADDRESS
from rfmeans.errors import SettingsError
from rfmeans.report.analyses.inspection import account_table, because, shop_table
from rfmeans.report.blocks import Heading, Sentence, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.app.room import Opened, Room
    from rfmeans.app.serving import Serving
    from rfmeans.orders.noticed import Noticed, Status
    from rfmeans.report.blocks import Block
    from rfmeans.report.table import Table

FILES, PATH, SHOP = "Files", "Path or database", "Synthetic shop"
SHOP_CUSTOMERS = 10_000
AS_ADDRESS = (
    "A database is opened by its address, like {}, with a password behind the user's name: me:password@."
)
OTHERS = (*COLUMNS, *MORE)


def draw(room: Room, serving: Serving) -> None:
    """Draw the screen."""
    ways = [FILES, SHOP] if serving.uploads_only else [FILES, PATH, SHOP]
    way = pick(room, "way", "Where the orders are", ways)
    {FILES: _files, PATH: _path, SHOP: _shop}[way](room)
    if room.opened:
        _understood(room, room.opened, serving)
    elif room.job is None and room.problem is None:
        said(
            "Drop your shop's orders: see who your best customers are and who is leaving, and take along a list to "
            "write to. One row per order line or per order: an export of a shop, a spreadsheet, a table. Nothing "
            "leaves this machine."
        )


def _files(room: Room) -> None:
    files = st.file_uploader(
        "Orders: CSV, Excel, JSON lines or Parquet, also zipped. Several files with the same columns are read as one.",
        accept_multiple_files=True,
        key="files",
    )
    if room.opened and not files:
        said(f"Open: {room.title}. Files that you drop here take its place.", "note")
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
            lambda key: st.text_input(
                label("table"), key=key, placeholder="where it is a database with several"
            ),
        )
        if st.form_submit_button("Open", type="primary") and source.strip():
            shown = without_password(source.strip())
            room.chosen["path"] = shown
            if ADDRESS.match(shown) and not ADDRESS.match(source.strip()):
                room.problem = Problem(AS_ADDRESS.format(shown))
            else:
                room.open(source.strip(), shown, {"table": table.strip()} if table.strip() else {})
            st.session_state.pop("path")  # so that the field does not show a password any more
            st.rerun()


def _shop(room: Room) -> None:
    said(f"A made-up shop with {SHOP_CUSTOMERS:,} customers of four kinds, to look around.")
    if st.button("Open the synthetic shop", type="primary", key="shop"):
        from rfmeans.synthetic import make_orders

        orders = make_orders(SHOP_CUSTOMERS, seed=0).drop(columns="kind")
        orders.attrs["name"] = SYNTHETIC
        room.open(orders, SYNTHETIC, {})
        st.rerun()


def _understood(room: Room, opened: Opened, serving: Serving) -> None:
    found, noticed = opened.inspection, opened.inspection.account.noticed
    blocks: list[Block] = [
        Heading(f"Verdict: {found.verdict}"),
        Sentence(found.verdict.capitalize() + because(found, "below")),
    ]
    if noticed:
        blocks.append(Sentence(f"Read as {with_controls(noticed.understood)}.", "note"))
    told([blocks[0], *blocks[1:]])
    _otherwise(room, opened, condition=not serving.uploads_only)
    left, right = st.columns(2)
    with left:
        told([_whole(account_table(found), "Where every line went")])
    with right:
        told([replace(shop_table(found), caption="The shop")])
    findings = (*found.suspicious, *found.advice)
    if findings:
        told([Words(tuple((each.found, with_controls(each.advice)) for each in findings))], "findings")
    st.caption("The first rows")
    st.dataframe(
        [{name: _shown(value) for name, value in row.items()} for row in opened.head],
        hide_index=True,
        placeholder="",
    )


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _whole(table: Table, caption: str) -> Table:
    """Return a table with the rows below its line among the others: the page of a report draws none there."""
    return replace(table, caption=caption, rows=(*table.rows, *table.below), below=())


def _otherwise(room: Room, opened: Opened, *, condition: bool) -> None:
    """Offer what may be read otherwise; ``condition``: whether one in SQL, which can read files, may be typed."""
    with st.expander("Read them otherwise", key="otherwise"), st.form("how", border=False):
        given = _of_noticed(room, opened.inspection.account.noticed)
        if condition:
            given["where"] = st.text_input(
                label("where"), room.how.get("where") or "", placeholder="country = 'UK' AND status <> 'test'"
            )
        given["currency_symbol"] = st.text_input(
            label("currency_symbol"), room.how.get("currency_symbol") or "", max_chars=8, placeholder="£"
        )
        name, value = _another(room)
        if st.form_submit_button("Read again"):
            try:
                given |= {name: answer(name, value)} if name else {}
            except SettingsError as error:
                said(error.message, "warning")
                return
            room.read_with(given)
            st.rerun()


def _of_noticed(room: Room, noticed: Noticed | None) -> dict[str, Any]:
    """Ask of lines that repeat and of statuses, where there are any; return the settings."""
    given: dict[str, Any] = {}
    dropped = bool(room.how.get("drop_duplicates"))
    repeated = noticed and any("drop_duplicates" in each.given for each in noticed.choices())
    if repeated or dropped:
        given["drop_duplicates"] = st.checkbox(
            f"{label('drop_duplicates')}, but for the first of each", dropped
        )
    if noticed and noticed.statuses:
        given["keep_status"] = _statuses(room, noticed.statuses)
    return given


def _statuses(room: Room, statuses: Sequence[Status]) -> tuple[str, ...] | None:
    """Ask which statuses count; None where those are picked that count anyhow."""
    usual = [status.name for status in statuses if status.counts]
    # Unlike the labels of other widgets its options are text as it is, and need no `plain`.
    kept = st.multiselect(label("keep_status"), [status.name for status in statuses], usual)
    return (
        tuple(map(quoted_status, kept)) if kept and set(kept) != set(usual) else room.how.get("keep_status")
    )


def _another(room: Room) -> tuple[str, str]:
    """Ask for any other setting; return its name, blank for none, and the value as it was typed."""
    left, right = st.columns(2)
    now = ", ".join(named_value(name, room.how[name]) for name in OTHERS if name in room.how)
    name = left.selectbox(
        "Another setting", ["", *OTHERS], format_func=lambda each: label(each) if each else "none"
    )
    value = right.text_input(
        "Its value (blank: as found)", placeholder="yes, no, a column's name, day/month/year ..."
    )
    if now:
        said(f"As you set it: {now}.", "note")
    return name, value
