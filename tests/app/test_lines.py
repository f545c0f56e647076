"""The command line that does the same."""

from rfmeans.app.lines import command_line


def test_what_is_as_usual_is_left_out_and_blanks_are_quoted():
    settings = {"segments": 4, "transform": "auto", "holdout": 0.1, "audience_format": "plain"}
    assert command_line("segment", ["a b.csv"], {}, settings) == "rfmeans segment 'a b.csv'"
    other = {"segments": "auto", "transform": "none", "holdout": 0.25, "audience_format": "klaviyo"}
    assert command_line(
        "segment", ["a.csv"], {"keep_status": ("paid", "sent"), "drop_duplicates": True}, other
    ) == (
        "rfmeans segment a.csv --keep-status paid,sent --drop-duplicates --segments auto --transform none "
        "--holdout 0.25 --audience-format klaviyo"
    )
