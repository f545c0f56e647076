"""How the page is served: this machine alone, no statistics, nothing too large; and what is refused."""

import importlib.util
import socket

import pytest

from helpers.command import run
from rfmeans.app.serving import MISSING, Serving, check_installed, free_port
from rfmeans.arguments import Message, with_options
from rfmeans.errors import SettingsError


def test_it_listens_to_this_machine_alone_and_tells_nobody():
    options = Serving().options(8501)
    assert options["server.address"] == "127.0.0.1"
    assert options["server.allowedHosts"] == ["127.0.0.1", "localhost", "::1"]
    assert options["browser.gatherUsageStats"] is False
    assert options["server.enableStaticServing"] is False
    assert options["server.enableXsrfProtection"] is True
    assert options["server.enableAgentApi"] is False
    assert options["client.showErrorDetails"] == "none"
    assert Serving(max_upload=5).options(1)["server.maxUploadSize"] == 5
    assert Serving().warnings() == []


def test_another_address_is_warned_about():
    [said] = map(with_options, map(Message, Serving("0.0.0.0").warnings()))
    assert said == (
        "Other machines can reach this page (--host 0.0.0.0): whoever does sees what it shows, and can read every "
        "file that you can read. There is no password."
    )
    [said] = Serving("0.0.0.0", uploads_only=True).warnings()
    assert "can upload files to it" in said


def test_the_script_is_told_what_was_asked_for():
    asked = Serving("localhost", 9000, uploads_only=True, max_upload=7)
    assert Serving.told([asked.to_json()]) == asked
    assert Serving.told([]) == Serving()


@pytest.mark.parametrize(
    ("asked", "said"), [({"port": 0}, "port must be"), ({"max_upload": 0}, "max_upload must be")]
)
def test_numbers_out_of_range_are_refused(asked, said):
    with pytest.raises(SettingsError, match=said):
        Serving(**asked)


def test_a_port_that_is_taken_is_refused_or_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} of 127.0.0.1 cannot be listened on."):
            free_port("127.0.0.1", port)
    assert free_port("127.0.0.1", None) >= 8501


def test_an_address_that_is_none_is_refused():
    with pytest.raises(SettingsError, match=r"host must be an address of this machine\. Got 'no such host'"):
        free_port("no such host", 8501)


def test_without_streamlit_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError) as found:
        check_installed()
    assert str(found.value) == MISSING
    assert run("app", "--no-browser", code=2).said == f"Error: {MISSING}"
