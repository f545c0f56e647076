"""What the screens are made of: widgets that remember, what the report draws, progress, a problem."""

from __future__ import annotations

import html
import re
import time
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.controls import in_words, with_controls
from rfmeans.app.controls import label as label_of
from rfmeans.arguments import Choice, together
from rfmeans.inspection.verdict import NOT_ENOUGH
from rfmeans.report.analyses.inspection import because
from rfmeans.report.page import fragment
from rfmeans.wording import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from rfmeans.app.room import Room
    from rfmeans.report.blocks import Block

QUICK = 0.15  # seconds in which work that is almost done may end before its progress is shown
LOOK_AGAIN = 0.4
# What an export must have, by the setting that names its column.
WANTED = {
    "customer": "an e-mail or an id of each customer",
    "date": "the day of each order",
    "amount": "what was paid for each order",
}


def remembered(room: Room, name: str, usual: Any, draw: Callable[[str], Any]) -> Any:
    """Draw a widget that keeps its value through screens and reloads; ``draw`` is given its key."""
    if name not in st.session_state:
        st.session_state[name] = room.chosen.get(name, usual)
    value = draw(name)
    room.chosen[name] = value
    return value


def slider(room: Room, name: str, usual: int, least: int, most: int) -> int:
    """Return a whole number from a slider that keeps its value likewise.

    The value is the slider's own default, not one that is set once: where the page is drawn again at once a browser
    sees the second drawing alone, and a slider that comes back would stand at its least.
    """
    value: int = st.slider(label_of(name), least, most, int(room.chosen.get(name, usual)), key=name)
    room.chosen[name] = value
    return value


def pick(room: Room, name: str, label: str, options: Sequence[str], usual: str | None = None) -> str:
    """Return one of a few words, side by side."""
    found = remembered(
        room,
        name,
        usual or options[0],
        lambda key: st.segmented_control(
            label, options, key=key, label_visibility="collapsed", required=True, width="stretch"
        ),
    )
    return str(found or usual or options[0])


def brand(room: Room) -> None:
    """Say whose page this is, and what is open on it."""
    shown = f"<small><bdi>{html.escape(clip(room.title))}</bdi></small>" if room.opened else ""
    st.html(f'<div class="brand">rfmeans{shown}</div>')


def told(blocks: Iterable[Block], kind: str = "") -> None:
    """Draw blocks as the report does; ``kind`` is a class of the page's own styles."""
    st.html(f'<div class="told {kind}">{fragment([*blocks])}</div>')


def said(text: str, kind: str = "") -> None:
    """Say a sentence as plain text, whatever is in it; ``kind`` as the report has it."""
    st.html(f'<div class="told"><p class="{kind}">{html.escape(with_controls(text))}</p></div>')


def download(label: str, path: Path, kind: str, name: str = "", **how: Any) -> None:
    """Offer a file; ``kind`` is its media type, ``name`` what it is called where that is not its own name."""
    with path.open("rb") as file:
        st.download_button(label, file, name or path.name, kind, on_click="ignore", **how)


def progress(room: Room) -> None:
    """Show the work that goes on, with a way to stop it; the page is drawn anew when it ends."""
    if room.job is None:
        return
    if room.job.wait(QUICK):
        st.rerun()

    def shown() -> None:
        job = room.job
        if job is None or job.done:
            st.rerun()
            return
        words, stop = st.columns([5, 1], vertical_alignment="center")
        with words:
            said(f"{job.words[:1].upper()}{job.words[1:]}: {time.monotonic() - job.began:.0f} s", "note")
            st.html(bar(job.percentage))
        if stop.button("Stop", key="stop", width="stretch"):
            room.stop()
            st.rerun()

    st.fragment(run_every=LOOK_AGAIN)(shown)()


def bar(percentage: float | None) -> str:
    """Return a bar of how far the query of the moment is; it moves where nothing tells, or has only begun.

    >>> bar(40.0)
    '<div class="going"><i style="width: 40%"></i></div>'
    >>> bar(None) == bar(0.2)
    True
    """
    known = percentage is not None and percentage >= 1
    how = f' style="width: {percentage:.0f}%"' if known else ' class="unknown"'
    return f'<div class="going"><i{how}></i></div>'


def problem(room: Room) -> None:
    """Say what is wrong; where it is a question, take the answer and go on."""
    found = room.problem
    if found is None:
        return
    with st.container(border=True):
        said(found.text, "warning")
        if found.choices and room.source is not None:
            _question(room)
        if found.stopped:
            _again(room)
        if room.earlier and room.opened is None and st.button("Back", key="back"):
            room.back()
            st.rerun()


def cautioned(room: Room) -> None:
    """Say above what was worked out that the orders are not enough for it, where that is so."""
    assert room.opened is not None
    found = room.opened.inspection
    if found.verdict == NOT_ENOUGH:
        said(f"These orders are {found.verdict}{because(found, 'under Open')}", "warning")


def _again(room: Room) -> None:
    """Offer to take up what was stopped."""
    if room.opened is None and st.button("Read again", type="primary", key="again"):
        room.read()
        st.rerun()
    if room.opened and st.button("Go on", type="primary", key="again"):
        room.problem = None  # what the screen needs, it begins anew
        st.rerun()


def _question(room: Room) -> None:
    assert room.problem is not None
    choices = room.problem.choices
    labels = {words_of(choice): choice for choice in choices}
    asked = {name for choice in choices for name in choice.given}
    if asked == {"keep_status"}:
        picked = st.multiselect("Which ones?", [*labels], key="answers")
    else:
        one = st.radio("Which one?", [*labels], None, key="answer", format_func=plain)
        picked = [one] if one else []
    for name in asked & {*WANTED}:
        said(f"None of these? Export the orders again with {WANTED[name]}, and open them then.", "note")
    if st.button("Go on", type="primary", key="go_on", disabled=not picked):
        st.session_state.pop("answer", None)  # the next question has answers of its own
        room.answer(together([labels[label] for label in picked]))
        st.rerun()


def plain(text: str) -> str:
    r"""Return text that Streamlit's labels show as it is: no markup, no pictures, no formulas.

    What means something at the beginning alone stays as it is elsewhere: who listens to the page hears each backslash.

    >>> plain("*a* [b](c) :smile: $x$ <b>")
    '\\*a\\* \\[b\\](c) \\:smile\\: \\$x\\$ \\<b\\>'
    >>> plain("High-Value Loyal"), plain("- a"), plain("1. b")
    ('High-Value Loyal', '\\- a', '1\\. b')
    """
    escaped = re.sub(r"[\\`*_{}\[\]<>|~:$&.]", r"\\\g<0>", text)
    return re.sub(r"^(\s*)(?=[#+=-])|^(\s*\d+)(?=\))", r"\g<0>\\", escaped, flags=re.MULTILINE)


def words_of(choice: Choice) -> str:
    """Return a choice as the page offers it.

    >>> words_of(Choice({"date_format": "%d/%m/%Y"}, "'03/04/2024' is 3 April 2024"))
    "'03/04/2024' is 3 April 2024 (Date format: day/month/year)"
    >>> words_of(Choice({"customer": "who"}, "such as 'Ann'")), words_of(Choice({"timezone": None}, "as it is written"))
    ("who, such as 'Ann'", 'as it is written (Timezone: none)')
    """
    given = ", ".join(named_value(name, value) for name, value in choice.given.items())
    if choice.meaning.startswith("such as") and len(choice.given) == 1:
        return f"{next(iter(choice.given.values()))}, {choice.meaning}"
    return f"{choice.meaning} ({given})" if choice.meaning else given


def named_value(name: str, value: Any) -> str:
    """Return a setting with its value, as the page says both."""
    shown = {None: "none", False: "no", True: "yes"}.get(value, value)
    return f"{label_of(name)}: {in_words(name, str(shown))}"
