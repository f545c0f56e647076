"""Segmented customers -> the lists that a campaign needs, each customer in its treatment or its holdout group."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rfmeans.arguments import argument, named
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError, SettingsError, did_you_mean
from rfmeans.groups import HOLDOUT, TREATMENT, group_of
from rfmeans.output.files import on_duckdb, write_csv
from rfmeans.settings import YES_OR_NO, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import ibis.expr.types as ir


HOLDOUT_FOLDER = "holdout"
PLAIN = ("customer_id", "recency", "frequency", "monetary", "group")
LONGEST_SLUG = 50  # characters; four bytes each still fit into a file's name
KEPT_IN_SLUG = "LNM"  # letters, digits and the marks on letters, in any script
UNSEEN = "".join(map(chr, range(0xFE00, 0xFE10)))  # variation selectors, marks by category: they follow emoji
# Blanks that people paste along with an address; the last ones cannot be seen at all.
BLANK = "[\\s\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
# Plain enough for every tool: no list of several, no quoted local part, nothing a spreadsheet would run.
EMAIL = r"^[\pL\pN_][^\s@,;:<>()\[\]\\\"]*@[^\s@.,;:<>()\[\]\\\"]+(\.[^\s@.,;:<>()\[\]\\\"]+)+$"
NO_AUDIENCES = "none"
NO_CONSENT = (
    f"{named('consenting')} needs a column that tells who consents to marketing, and no column of these orders is "
    f"known for it. Name it in a layout of your own (consent), with {argument('layouts', 'FILE')}, or leave "
    f"{argument('consenting', True)} out."
)
AUDIENCE_FORMATS = ("plain", "klaviyo", "mailchimp", "google-ads", "meta-ads", NO_AUDIENCES)


@dataclass(frozen=True)
class AudienceSettings:
    """How to write the lists of customers for campaigns.

    Parameters
    ----------
    format
        ``"plain"``, a tool that imports them, or ``"none"`` for no lists.
    consenting
        Leave out who does not consent to marketing, as far as the orders tell.

    Raises
    ------
    SettingsError
        If there is no such format.
    """

    format: str = "plain"
    consenting: bool = False

    def __post_init__(self) -> None:
        check(self, ("consenting", YES_OR_NO))
        if self.format not in AUDIENCE_FORMATS:
            raise SettingsError(
                f"{named('audience_format')} must be one of {', '.join(AUDIENCE_FORMATS)}. Got {self.format!r}."
                f"{did_you_mean(str(self.format), AUDIENCE_FORMATS)}"
            )


@dataclass(frozen=True)
class Format:
    """What a tool imports.

    Attributes
    ----------
    email
        Header of the e-mail column; None where the list needs none.
    normalise
        Text column -> address as the tool wants it.
    hashed
        Whether the address goes out as lower-case hexadecimal SHA-256 only.
    columns
        The other headers, with the column that each one takes.
    """

    email: str | None
    normalise: Callable[[ir.Column], ir.Column]
    hashed: bool = False
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AudienceList:
    """One list: its segment, its file, and how many customers stand in each group.

    ``no_consent``: how many of the treatment do not consent; None where the orders do not tell.
    """

    segment_id: int
    segment: str
    file: str
    treatment: int
    holdout: int
    no_consent: int | None = None


@dataclass(frozen=True)
class Audiences:
    """What was written.

    Attributes
    ----------
    format, holdout, seed
        As asked for.
    lists
        One per segment, the most valuable first.
    without_email
        Customers left out because they have no e-mail address; 0 for a list that needs none.
    repeated_email
        Customers left out because another one has the same address.
    consenting, without_consent
        Whether who does not consent was to be left out, and how many were.
    """

    format: str
    holdout: float
    seed: int
    lists: tuple[AudienceList, ...]
    without_email: int
    repeated_email: int
    consenting: bool = False
    without_consent: int = 0


def file_name(segment_id: int, segment: str) -> str:
    """Return a name that every file system takes: the segment's number, and what can be kept of its name.

    >>> file_name(1, "High-Value Loyal"), file_name(2, "../CON"), file_name(3, "🎉")
    ('1-high-value-loyal.csv', '2-con.csv', '3.csv')
    """
    kept = "".join(
        sign if unicodedata.category(sign)[0] in KEPT_IN_SLUG and sign not in UNSEEN else "-"
        for sign in unicodedata.normalize("NFKC", segment[: 4 * LONGEST_SLUG]).lower()
    )
    slug = re.sub("-+", "-", kept).strip("-")[:LONGEST_SLUG].strip("-")
    return f"{segment_id}-{slug}.csv" if slug else f"{segment_id}.csv"


def trimmed(email: ir.Column) -> ir.Column:
    """Return the addresses without blanks around them, in lower case, as Meta documents it."""
    return email.re_replace(f"^{BLANK}+|{BLANK}+$", "").lower()


def as_google_has_it(email: ir.Column) -> ir.Column:
    """Return the addresses without any blanks, in lower case; Gmail's without dots and plus part before the @.

    >>> import ibis
    >>> as_google_has_it(ibis.literal(" Cloudy.SanFrancisco+shopping@gmail.com")).to_pyarrow().as_py()
    'cloudysanfrancisco@gmail.com'
    """
    import ibis

    plain = email.re_replace(f"{BLANK}+", "").lower()
    local = plain.re_extract(r"^([^@+]*)", 1).replace(".", "")
    at_gmail = plain.re_search(r"@(gmail|googlemail)\.com$")
    return ibis.ifelse(at_gmail, local + plain.re_extract(r"(@.*)$", 1), plain)


def _called(*headers: str) -> dict[str, str]:
    return dict(zip(headers, ("segment", "recency", "frequency", "monetary"), strict=True))


FORMATS = {
    "plain": Format(None, trimmed, columns={name: name for name in PLAIN}),
    "klaviyo": Format(
        "Email", trimmed, columns=_called("rfm_segment", "rfm_recency", "rfm_frequency", "rfm_monetary")
    ),
    # Mailchimp's merge tags have ten characters at most.
    "mailchimp": Format(
        "Email Address", trimmed, columns=_called("SEGMENT", "RECENCY", "FREQUENCY", "MONETARY")
    ),
    "google-ads": Format("Email", as_google_has_it, hashed=True),
    "meta-ads": Format("email", trimmed, hashed=True),
}


def write_audiences(
    customers: ir.Table,
    segments: Sequence[str],
    seed: int,
    holdout: float,
    settings: AudienceSettings,
    folder: Path,
) -> Audiences:
    """Write one list per segment into a new folder.

    Parameters
    ----------
    customers
        Segmented customers, as `Segmentation.customers`.
    segments
        The segments' names, by segment id from 1.
    seed, holdout
        Of the draw, for customers without a group: their engine has no SHA-256.
    settings
        The format.
    folder
        Made here. Lists for a tool hold the treatment group; the holdout lies in a folder of its own in it.

    Raises
    ------
    DataError
        If the format needs e-mail addresses and no customer has one, or only who consents is wanted and no column tells
        it.
    """
    wanted = FORMATS[settings.format]
    with on_duckdb(customers, folder.parent) as local, Workspace() as scratch:
        everyone = local.filter(local.segment_id.notnull()).select(
            "segment_id", "segment", *PLAIN, *_told_consent(local)
        )
        members = who_consents(everyone) if settings.consenting else everyone
        left_out = _rows(everyone) - _rows(members) if settings.consenting else 0
        drawn = group_of(members.customer_id, seed, holdout, DUCKDB)
        members = members.mutate(group=members.group.fill_null(drawn))
        kept = scratch.keep(_addressed(members, wanted)) if wanted.email else members
        total, with_email = _rows(members), _rows(kept)
        if total and not with_email:
            raise DataError(_no_email(members, settings.format, total))
        members = kept.filter(kept.nth == 0) if wanted.email else kept
        lists = tuple(_lists(members, segments))
        _write_lists(members, lists, wanted, folder, held_out=holdout > 0)
    listed = sum(entry.treatment + entry.holdout for entry in lists)
    return Audiences(
        settings.format,
        holdout,
        seed,
        lists,
        total - with_email,
        repeated_email=with_email - listed,
        consenting=settings.consenting,
        without_consent=left_out,
    )


def refusing(customers: ir.Table) -> dict[int, int] | None:
    """Return how many customers of each segment, by its id, do not consent; None where the orders do not tell."""
    if not _told_consent(customers):
        return None
    such = customers.filter(customers.segment_id.notnull(), ~customers.consent.fill_null(False))
    counted = such.group_by("segment_id").agg(rows=such.count()).to_pyarrow().to_pylist()
    return {int(row["segment_id"]): int(row["rows"]) for row in counted}


def who_consents(members: ir.Table) -> ir.Table:
    """Return those customers of whom the orders tell that they consent to marketing.

    Raises
    ------
    DataError
        If the orders do not tell it of anybody.
    """
    if not _told_consent(members):
        raise DataError(NO_CONSENT)
    return members.filter(members.consent.fill_null(False))


def _told_consent(customers: ir.Table) -> list[str]:
    """Return the column of consent where there is one."""
    return [name for name in customers.columns if name == "consent"]


def in_lists(members: ir.Table, name: str) -> ir.Table:
    """Return those customers that the lists of a format hold, each in its address' group, on DuckDB.

    ``members``: customer_id, segment_id and group of all who have a segment, and who are not left out otherwise.
    """
    wanted = FORMATS[name]
    if not wanted.email:
        return members
    addressed = _addressed(members, wanted)
    return addressed.filter(addressed.nth == 0).select(*members.columns)


def _rows(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def _addressed(members: ir.Table, wanted: Format) -> ir.Table:
    """Add the address, and the customer's place among those with the same one; drop customers without.

    Whoever is held out under one id is held out under all: one person in both groups would blur the comparison.
    """
    import ibis

    table = members.mutate(address=wanted.normalise(members.customer_id.cast("string")))
    table = table.filter(table.address.re_search(EMAIL))
    if wanted.hashed:
        table = table.mutate(address=table.address.hexdigest("sha256"))
    same = ibis.window(group_by="address", order_by=["segment_id", "customer_id"])
    return table.mutate(
        nth=ibis.row_number().over(same),
        group=table.group.min().over(group_by="address"),  # holdout comes before treatment
    )


def _no_email(members: ir.Table, name: str, total: int) -> str:
    example = members.customer_id.cast("string").min().to_pyarrow().as_py()
    return (
        f"The {name} lists are made of e-mail addresses, and none of the {total:,} customer ids is one; the first "
        f"is {example!r}. Give the column of e-mail addresses with {argument('customer', 'NAME')}, or leave "
        f"{argument('audience_format', 'plain')}."
    )


def _lists(members: ir.Table, segments: Sequence[str]) -> Iterator[AudienceList]:
    counted = members.group_by("segment_id", "group").agg(rows=members.count()).to_pyarrow().to_pylist()
    counts = {(row["segment_id"], row["group"]): int(row["rows"]) for row in counted}
    without = refusing(members.filter(members.group == TREATMENT))
    for position, segment in enumerate(segments, start=1):
        yield AudienceList(
            segment_id=position,
            segment=segment,
            file=file_name(position, segment),
            treatment=counts.get((position, TREATMENT), 0),
            holdout=counts.get((position, HOLDOUT), 0),
            no_consent=None if without is None else without.get(position, 0),
        )


def _write_lists(
    members: ir.Table, lists: Sequence[AudienceList], wanted: Format, folder: Path, *, held_out: bool
) -> None:
    """Write a file per segment; for a tool, the holdout goes into a folder that no upload takes by mistake."""
    columns = {**({wanted.email: "address"} if wanted.email else {}), **wanted.columns}
    if not wanted.email:
        columns |= {name: name for name in _told_consent(members)}
    words = ["group", *([wanted.email] if wanted.email and wanted.hashed else [])]
    parts: dict[Path, ir.Table] = {folder: members}
    if wanted.email:
        parts = {folder: members.filter(members.group == TREATMENT)}
        if held_out:
            parts[folder / HOLDOUT_FOLDER] = members.filter(members.group == HOLDOUT)
    for place, part in parts.items():
        place.mkdir()
        for entry in lists:
            chosen = part.filter(part.segment_id == entry.segment_id)
            shown = chosen.select(**{header: chosen[column] for header, column in columns.items()})
            write_csv(shown, place / entry.file, order_by=next(iter(columns)), words=words)
