"""The page: Streamlit runs this file anew whenever something is touched. All work is the library's."""

from __future__ import annotations

import atexit
import sys

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rfmeans.app.controls import called
from rfmeans.app.looks import styles
from rfmeans.app.room import Room, Rooms
from rfmeans.app.screens import SCREENS
from rfmeans.app.serving import Serving
from rfmeans.app.widgets import brand, pick, problem, progress
from rfmeans.arguments import calling


def _rooms() -> Rooms:
    found = Rooms(lambda window: exists() and get_instance().is_active_session(window))
    atexit.register(found.close)
    return found


rooms = st.cache_resource(show_spinner=False)(_rooms)  # the pages of this server


def own_room() -> Room:
    """Return what this page holds: that of the key in its address."""
    context = get_script_run_ctx()
    room: Room
    key, room = rooms().room(st.query_params.get("page"), context.session_id if context else "")
    if st.query_params.get("page") != key:
        st.query_params["page"] = key
    return room


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="rfmeans", layout="wide", initial_sidebar_state="collapsed")
    st.html(styles())
    serving, room = Serving.told(sys.argv[1:]), own_room()
    with room.lock, calling(called):
        room.settle()
        brand(room)
        names = [*SCREENS] if room.opened else [next(iter(SCREENS))]
        screen = pick(room, "screen", "Step", names) if room.opened else names[0]
        work = st.container()
        problem(room)
        SCREENS[screen](room, serving)
        with work:  # a screen may have begun some
            progress(room)


if __name__ == "__main__":  # which is what Streamlit calls the script that it runs
    main()
