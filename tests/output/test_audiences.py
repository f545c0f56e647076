"""The lists for campaigns: who is in them, in which group, under which headers, and that they are inert."""

import hashlib
import json
import unicodedata
from pathlib import Path

import ibis
import pandas as pd
import pytest
from typer.testing import CliRunner

import rfmeans
from helpers.listed import NAMES, customers, read
from places import ROOT
from rfmeans import DataError, OutputError, SettingsError
from rfmeans.cli.commands import app
from rfmeans.output.audiences import (
    AUDIENCE_FORMATS,
    EMAIL,
    AudienceSettings,
    as_google_has_it,
    file_name,
    refusing,
    trimmed,
    write_audiences,
)
from rfmeans.output.files import inert
from rfmeans.report.analyses.lists import audience_line


def group_by_hand(customer: object, seed: int = 0, holdout: float = 0.1) -> str:
    """The draw as the docs tell it, without rfmeans."""
    first = int.from_bytes(hashlib.sha256(f"{seed}:{customer}".encode()).digest()[:8], "big")
    return "holdout" if first < holdout * 2**64 else "treatment"


def written(tmp_path, ids, kind="plain", holdout=0.1, seed=0, segment_ids=None):
    """Write lists; return the folder and what was said of it."""
    folder = tmp_path / "audiences"
    told = write_audiences(customers(ids, segment_ids), NAMES, seed, holdout, AudienceSettings(kind), folder)
    return folder, told


# The lists of one draw


def test_nobody_is_held_out_at_zero(tmp_path):
    folder, told = written(tmp_path, list(range(200)), holdout=0.0)
    rows = read(folder / "1-high-value-loyal.csv")
    assert rows[0] == ["customer_id", "recency", "frequency", "monetary", "group"]
    assert {row[-1] for row in rows[1:]} == {"treatment"}
    assert sum(entry.holdout for entry in told.lists) == 0


def test_an_unknown_format_is_refused_with_a_proposal():
    with pytest.raises(SettingsError, match=r"must be one of plain, .*Got 'mailchip'.*'mailchimp'"):
        AudienceSettings("mailchip")


# Consent

CONSENTS = {1: True, 2: False, 3: None, 4: True}  # of 3 nothing is known


def consenting():
    table = customers([1, 2, 3, 4], [1, 1, 1, 2])
    return table.mutate(
        group=ibis.ifelse(table.customer_id == 1, "holdout", "treatment"),
        consent=table.customer_id.cases(*((one, said) for one, said in CONSENTS.items() if said is not None)),
    )


def consenting_lists(tmp_path, settings):
    told = write_audiences(consenting(), NAMES, 0, 0.1, settings, tmp_path / "audiences")
    return told, read(tmp_path / "audiences" / "1-high-value-loyal.csv")


def test_who_does_not_consent_is_counted_among_those_to_send_to_and_marked(tmp_path):
    told, rows = consenting_lists(tmp_path, AudienceSettings())
    assert [(entry.treatment, entry.no_consent) for entry in told.lists] == [(2, 2), (1, 0)]
    assert [(row[0], row[-1]) for row in rows] == [
        ("customer_id", "consent"),
        ("1", "true"),
        ("2", "false"),
        ("3", ""),
    ]
    assert told.without_consent == 0
    assert "2 of the others do not consent to marketing (consenting=True leaves" in audience_line(told)


def test_who_does_not_consent_is_left_out_where_that_is_asked_for(tmp_path):
    told, rows = consenting_lists(tmp_path, AudienceSettings(consenting=True))
    assert [(entry.treatment, entry.holdout, entry.no_consent) for entry in told.lists] == [
        (0, 1, 0),
        (1, 0, 0),
    ]
    assert [row[0] for row in rows] == ["customer_id", "1"]
    assert (told.consenting, told.without_consent) == (True, 2)
    assert audience_line(told).endswith("; 2 who do not consent to marketing are in no list.")


def test_where_no_column_tells_consent_it_cannot_be_asked_for(tmp_path):
    with pytest.raises(DataError) as caught:
        write_audiences(customers([1]), NAMES, 0, 0.1, AudienceSettings(consenting=True), tmp_path / "a")
    assert caught.value.message == (
        "consenting needs a column that tells who consents to marketing, and no column of these orders is known for "
        "it. Name it in a layout of your own (consent), with layouts='FILE', or leave consenting=True out."
    )
    assert refusing(customers([1])) is None
    assert refusing(consenting()) == {1: 2}


# The lists of a whole run


def orders(count: int = 300, first: int = 0) -> pd.DataFrame:
    """Customers with one to four orders, whose money and dates spread."""
    rows = [
        (first + one, f"2026-0{1 + (one * 7 + turn) % 6}-{1 + one % 28:02d}", 5 + (one * 37) % 400 + turn)
        for one in range(1, count + 1)
        for turn in range(1 + one % 4)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "order_date", "amount"])


def saved(folder: Path, frame: pd.DataFrame, *, save: dict | None = None, **settings) -> Path:
    with rfmeans.segment(frame, **{"n_init": 2, **settings}) as result:
        return result.save(folder, **(save or {}))


def lists_in(folder: Path) -> pd.DataFrame:
    """All lists of an output folder in one frame, with the segment each one came from."""
    parts = [
        pd.read_csv(path).assign(segment_id=int(path.name.split("-")[0]))
        for path in sorted((folder / "audiences").glob("*.csv"))
    ]
    return pd.concat(parts, ignore_index=True)


def drawn_in(folder: Path) -> dict[int, str]:
    frame = lists_in(folder)
    return dict(zip(frame["customer_id"], frame["group"], strict=True))


@pytest.mark.slow
def test_the_lists_hold_each_segmented_customer_once(tmp_path):
    frame = pd.concat([orders(), pd.DataFrame([(999, "2026-01-05", -4)], columns=orders().columns)])
    folder = saved(tmp_path / "out", frame)
    lists = lists_in(folder).sort_values("customer_id").reset_index(drop=True)
    whole = pd.read_parquet(folder / "customers.parquet")
    segmented = whole[whole["reason"].isna()].reset_index(drop=True)
    assert 999 not in set(lists["customer_id"])  # only a return: no segment, no list
    for column in ("customer_id", "recency", "frequency", "segment_id"):
        assert lists[column].tolist() == segmented[column].tolist()
    assert lists["monetary"].tolist() == [float(money) for money in segmented["monetary"]]


@pytest.mark.slow
def test_the_account_counts_the_groups(tmp_path):
    folder = saved(tmp_path / "out", orders())
    told = json.loads((folder / "account.json").read_text(encoding="utf-8"))["audiences"]
    assert (told["format"], told["holdout"], told["seed"]) == ("plain", 0.1, 0)
    for entry in told["lists"]:
        rows = pd.read_csv(folder / "audiences" / entry["file"])
        assert (rows["group"] == "holdout").sum() == entry["holdout"]
        assert (rows["group"] == "treatment").sum() == entry["treatment"]


@pytest.mark.slow
def test_each_list_is_in_order_of_the_customers(tmp_path):
    folder = saved(tmp_path / "out", orders().sample(frac=1, random_state=1))
    lists = [pd.read_csv(path)["customer_id"].tolist() for path in (folder / "audiences").iterdir()]
    assert len(lists) == 4
    assert [ids for ids in lists if ids != sorted(ids)] == []


@pytest.mark.slow
def test_a_customer_stays_in_its_group_whatever_else_changes(tmp_path):
    """Other customers, other orders, another k and other row order: the same group."""
    first = drawn_in(saved(tmp_path / "first", orders(300)))
    later = drawn_in(
        saved(tmp_path / "later", orders(500).sample(frac=1, random_state=1), segments=6, transform="none")
    )
    assert "holdout" in first.values()
    assert {one: later[one] for one in first} == first
    assert first == {one: group_by_hand(one) for one in first}


@pytest.mark.slow
def test_assign_keeps_the_groups_of_the_fit(tmp_path):
    first = saved(tmp_path / "first", orders(), seed=5)
    model = rfmeans.SegmentModel.load(first / "model.json")
    with rfmeans.assign(model, orders(400)) as result:
        again = drawn_in(result.save(tmp_path / "again"))
    before = drawn_in(first)
    assert {one: again[one] for one in before} == before
    assert before == {one: group_by_hand(one, seed=5) for one in before}


@pytest.mark.slow
def test_the_segments_of_the_scores_have_lists_too(tmp_path):
    with rfmeans.segment(orders(), method="scores") as result:
        folder = result.save(tmp_path / "out")
        names = [file_name(one.segment_id, one.segment) for one in result.summary.segments]
    assert sorted(path.name for path in (folder / "audiences").iterdir()) == sorted(names)
    assert drawn_in(folder) == {one: group_by_hand(one) for one in range(1, 301)}


@pytest.mark.slow
def test_no_lists_where_none_are_wanted(tmp_path):
    folder = saved(tmp_path / "out", orders(), save={"audience_format": "none"})
    assert not (folder / "audiences").exists()
    assert json.loads((folder / "account.json").read_text(encoding="utf-8"))["audiences"] is None


def test_a_segment_without_customers_has_a_list_with_a_header_only(tmp_path):
    folder, told = written(tmp_path, [1, 2], segment_ids=[1, 1])
    assert read(folder / "2-low-value-churned.csv") == [
        ["customer_id", "recency", "frequency", "monetary", "group"]
    ]
    assert (told.lists[1].treatment, told.lists[1].holdout) == (0, 0)


def test_another_engine_gives_the_same_files(tmp_path):
    """Customers of Polars are streamed to DuckDB, and end up in the same bytes."""
    polars = ibis.polars.connect()
    ids = [f"customer {place}" for place in range(200)]
    here, _ = written(tmp_path, ids)
    there = tmp_path / "there"
    moved = polars.create_table("customers", customers(ids).to_pyarrow())
    write_audiences(moved, NAMES, 0, 0.1, AudienceSettings(), there)
    assert [path.read_bytes() for path in sorted(there.iterdir())] == [
        path.read_bytes() for path in sorted(here.iterdir())
    ]


@pytest.mark.slow
def test_force_replaces_lists_but_not_what_a_user_put_beside_them(tmp_path):
    folder = saved(tmp_path / "out", orders(60))
    saved(folder, orders(60), save={"force": True})
    (folder / "audiences" / "notes.txt").write_text("call Anna")
    with pytest.raises(OutputError, match="holds files that rfmeans did not write"):
        saved(folder, orders(60), save={"force": True})
    assert (folder / "audiences" / "notes.txt").exists()


# Formats


ADDRESSES = [f"buyer{place}@example.com" for place in range(60)]


HEADERS = {
    "klaviyo": ["Email", "rfm_segment", "rfm_recency", "rfm_frequency", "rfm_monetary"],
    "mailchimp": ["Email Address", "SEGMENT", "RECENCY", "FREQUENCY", "MONETARY"],
    "google-ads": ["Email"],
    "meta-ads": ["email"],
}


@pytest.mark.parametrize("kind", HEADERS)
def test_the_headers_are_those_that_the_tool_imports(tmp_path, kind):
    folder, _ = written(tmp_path, ADDRESSES, kind)
    # Two segments, each with a list and one of those held out.
    assert [read(path)[0] for path in folder.rglob("*.csv")] == [HEADERS[kind]] * 4


def test_every_format_but_none_has_its_headers_tested():
    assert {*HEADERS, "plain", "none"} == set(AUDIENCE_FORMATS)


@pytest.mark.parametrize("kind", HEADERS)
def test_a_tool_gets_the_treatment_group_and_the_holdout_lies_apart(tmp_path, kind):
    folder, told = written(tmp_path, ADDRESSES, kind, holdout=0.3)
    for place, wanted in ((folder, "treatment"), (folder / "holdout", "holdout")):
        listed = [row[0] for entry in told.lists for row in read(place / entry.file)[1:]]
        expected = [one for one in ADDRESSES if group_by_hand(one, holdout=0.3) == wanted]
        if kind.endswith("-ads"):
            expected = [hashlib.sha256(one.encode()).hexdigest() for one in expected]
        assert sorted(listed) == sorted(expected)
        assert len(expected) == sum(getattr(entry, wanted) for entry in told.lists)


def test_without_a_holdout_there_is_no_folder_for_it(tmp_path):
    folder, _ = written(tmp_path, ADDRESSES, "klaviyo", holdout=0)
    assert not (folder / "holdout").exists()


@pytest.mark.parametrize("kind", ["google-ads", "meta-ads"])
def test_the_ad_formats_hold_no_plain_address_nor_any_figure(tmp_path, kind):
    folder, _ = written(tmp_path, ADDRESSES, kind)
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.csv")]
    assert len(texts) == 4
    assert [text for text in texts if "@" in text or "buyer" in text] == []
    lines = [line for text in texts for line in text.splitlines()[1:]]
    assert (len(lines), {len(line) for line in lines}) == (60, {64})


@pytest.mark.parametrize(
    ("typed", "google", "meta"),
    [
        # Google's own examples: developers.google.com/data-manager/api/devguides/concepts/formatting
        (
            "cloudy.sanfrancisco+shopping@gmail.com",
            "cloudysanfrancisco@gmail.com",
            "cloudy.sanfrancisco+shopping@gmail.com",
        ),
        ("user.name+NYC@Example.com", "user.name+nyc@example.com", "user.name+nyc@example.com"),
        ("  Jo.Do@GoogleMail.com\u00a0", "jodo@googlemail.com", "jo.do@googlemail.com"),
        ("\ufeffANNA@EXAMPLE.COM\t", "anna@example.com", "anna@example.com"),
        ("j.o@gmail.com.example.org", "j.o@gmail.com.example.org", "j.o@gmail.com.example.org"),
        ("ÄNNE@example.com", "änne@example.com", "änne@example.com"),
    ],
)
def test_addresses_are_normalised_as_each_platform_documents(tmp_path, typed, google, meta):
    assert as_google_has_it(ibis.literal(typed)).to_pyarrow().as_py() == google
    assert trimmed(ibis.literal(typed)).to_pyarrow().as_py() == meta
    for kind, address in (("google-ads", google), ("meta-ads", meta)):
        (tmp_path / kind).mkdir()
        folder, _ = written(tmp_path / kind, [typed], kind, holdout=0)
        assert read(folder / "1-high-value-loyal.csv")[1:] == [[hashlib.sha256(address.encode()).hexdigest()]]


def test_the_hash_that_meta_gives_as_its_example(tmp_path):
    """developers.facebook.com/docs/marketing-api/custom-audiences-targeting: the hash of mary@example.com."""
    folder, _ = written(tmp_path, ["Mary@Example.com "], "meta-ads", holdout=0)
    assert read(folder / "1-high-value-loyal.csv") == [
        ["email"],
        ["f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"],
    ]


@pytest.mark.parametrize(
    ("text", "is_email"),
    [
        ("anna@example.com", True),
        ("o'hara_1+x@mail.example.co.uk", True),
        ("李@例子.广告", True),
        ("Anna Smith", False),
        ("12346", False),
        ("anna@localhost", False),
        ("anna@@example.com", False),
        ("anna@example.com, bert@example.com", False),
        ("=anna@example.com", False),
        ("-anna@example.com", False),
        ("anna@example..com", False),
        ("@example.com", False),
        ("<anna@example.com>", False),
    ],
)
def test_what_is_taken_for_an_address(text, is_email):
    assert bool(ibis.literal(text).re_search(EMAIL).to_pyarrow().as_py()) is is_email


@pytest.mark.parametrize("kind", HEADERS)
def test_lists_of_addresses_without_any_are_refused_with_a_way_out(tmp_path, kind):
    words = (
        f"The {kind} lists are made of e-mail addresses, and none of the 2 customer ids is one; the first is '12346'. "
        "Give the column of e-mail addresses with customer='NAME', or leave audience_format='plain'."
    )
    with pytest.raises(DataError) as refused:
        written(tmp_path, [12346, 12347], kind)
    assert str(refused.value) == words


def test_a_refused_format_leaves_nothing_behind(tmp_path):
    with pytest.raises(DataError, match="e-mail"):
        saved(tmp_path / "out", orders(60), save={"audience_format": "klaviyo"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", HEADERS)
def test_customers_without_an_address_or_with_one_twice_are_counted(tmp_path, kind):
    ids = [*ADDRESSES, "no address", "BUYER1@example.com", " buyer2@example.com"]
    _, told = written(tmp_path, ids, kind)
    assert (told.without_email, told.repeated_email) == (1, 2)
    assert sum(entry.treatment + entry.holdout for entry in told.lists) == 60


def test_whoever_is_held_out_under_one_id_is_held_out_under_all(tmp_path):
    """ "an.na@gmail.com" and "anna@gmail.com" are one person to Google: never advertised to and held out at once."""
    pairs = [(f"a{place}@gmail.com", f"a.{place}@gmail.com") for place in range(40)]
    folder, told = written(tmp_path, [one for pair in pairs for one in pair], "google-ads", holdout=0.3)
    held = {row[0] for entry in told.lists for row in read(folder / "holdout" / entry.file)[1:]}
    treated = {row[0] for entry in told.lists for row in read(folder / entry.file)[1:]}
    expected = {
        hashlib.sha256(pair[0].encode()).hexdigest()
        for pair in pairs
        if "holdout" in (group_by_hand(pair[0], holdout=0.3), group_by_hand(pair[1], holdout=0.3))
    }
    assert held == expected
    assert len(treated) == 40 - len(expected)
    assert told.repeated_email == 40


# Names of files


RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


@pytest.mark.parametrize(
    "segment",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "C:\\Windows\\CON",
        "nul",
        "COM1.txt",
        "a" * 10_000,
        "李" * 10_000,
        "ﷺ" * 1_000,
        "🎉🎉",
        "\u202egnp.exe\u202c",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "tab\tnew\nline\0null",
        "name. ",
        'a?b*c|d:e"f',
    ],
)
def test_a_segment_may_be_called_anything(tmp_path, segment):
    name = file_name(7, segment)
    assert (tmp_path / name).parent == tmp_path
    (tmp_path / name).write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert len(name.encode()) <= 255
    assert name.startswith("7")
    assert name.endswith(".csv")
    assert name.removesuffix(".csv").casefold() not in RESERVED
    assert all(sign.isalnum() or unicodedata.category(sign)[0] == "M" or sign in "-." for sign in name)
    assert name.count(".") == 1


def test_names_that_differ_in_case_only_get_files_of_their_own():
    names = [
        file_name(place, segment) for place, segment in enumerate(["VIP", "vip", "V.I.P.", "ｖｉｐ"], start=1)
    ]
    assert len({name.casefold() for name in names}) == 4


def test_a_name_stays_readable():
    assert file_name(1, "High-Value Loyal · tier 2") == "1-high-value-loyal-tier-2.csv"
    assert file_name(2, "Fidèles à forte valeur") == "2-fidèles-à-forte-valeur.csv"
    assert (
        file_name(3, "\u2764\ufe0f Loyal") == "3-loyal.csv"
    )  # the heart's variation selector cannot be seen


# Formulas


FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1", "-5", "'=1", "''@x"]


def test_formulas_are_inert_in_the_lists_and_numbers_stay_numbers(tmp_path):
    folder, _ = written(tmp_path, FORMULAS, segment_ids=[1] * len(FORMULAS))
    rows = read(folder / "1-high-value-loyal.csv")[1:]
    assert sorted(row[0] for row in rows) == sorted(inert(text) for text in FORMULAS)
    numbers, _ = (
        written(tmp_path / "n", [-5, -6], segment_ids=[1, 1]) if (tmp_path / "n").mkdir() is None else 0
    )
    assert [row[0] for row in read(numbers / "1-high-value-loyal.csv")[1:]] == ["-6", "-5"]


def test_text_is_quoted_so_that_no_other_separator_splits_it(tmp_path):
    folder, _ = written(tmp_path, ["a;=1+1", "b\t=1+1"], segment_ids=[1, 1])
    lines = (folder / "1-high-value-loyal.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith('"a;=1+1",')
    assert lines[2].startswith('"b\t=1+1",')


def test_the_draw_that_the_docs_give():
    code = (ROOT / "docs" / "audiences.md").read_text(encoding="utf-8")
    names: dict = {}
    exec(code.split("```python")[1].split("```")[0], names)
    ids = ["12347", "Zoë", *map(str, range(200))]
    assert [names["group"](one, seed=3) for one in ids] == [group_by_hand(one, seed=3) for one in ids]


# The command line


RUNNER = CliRunner()


@pytest.fixture
def shop(tmp_path) -> Path:
    """Orders of 39 customers with an address and one without."""
    frame = orders(40)
    frame["customer_id"] = frame["customer_id"].map(
        lambda one: "no address" if one == 40 else f"Buyer{one}@example.com"
    )
    frame.to_csv(tmp_path / "orders.csv", index=False)
    return tmp_path / "orders.csv"


def run(shop: Path, *options: str):
    return RUNNER.invoke(
        app, ["segment", str(shop), "--out", str(shop.parent / "out"), "--n-init", "2", *options]
    )


@pytest.mark.slow
def test_the_command_line_writes_lists_and_says_so(shop):
    done = run(shop)
    held = sum(
        group_by_hand(one) == "holdout"
        for one in [*(f"Buyer{n}@example.com" for n in range(1, 40)), "no address"]
    )
    words = f"Audience lists (plain) in audiences/: 4 lists, 40 customers, {held} of them"
    assert words in done.stdout
    assert len(list((shop.parent / "out" / "audiences").iterdir())) == 4


@pytest.mark.slow
def test_the_command_line_takes_format_and_share(shop):
    done = run(shop, "--audience-format", "klaviyo", "--holdout", "0", "--json")
    told = json.loads(done.stdout)["audiences"]
    assert (told["format"], told["holdout"], told["without_email"]) == ("klaviyo", 0, 1)
    assert "4 lists, 39 customers; 1 without an e-mail address are in no list." in done.stderr
    rows = [
        row for entry in told["lists"] for row in read(shop.parent / "out" / "audiences" / entry["file"])[1:]
    ]
    assert sorted(row[0] for row in rows) == sorted(f"buyer{one}@example.com" for one in range(1, 40))


@pytest.mark.slow
def test_the_command_line_says_nothing_of_lists_that_are_not_wanted(shop):
    assert "Audience" not in run(shop, "--audience-format", "none").stdout


@pytest.mark.parametrize("options", [("--holdout", "1"), ("--audience-format", "paper")])
def test_wrong_options_are_refused_before_any_work(tmp_path, options):
    done = run(tmp_path / "nope.csv", *options)
    assert isinstance(done.exception, SettingsError)
