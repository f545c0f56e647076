"""The lexicon: a TOML file that names the regions of recency x value, checked so that no region is without a name.

It holds grids for K-Means segments (``[[grid]]``), what the names claim (``[[name]]``), a grid for scores
(``[scores]``) and the scores' own cut points (``[scores.cuts]``). What a user's lexicon
leaves out, the built-in one gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans import toml_file
from rfmeans.arguments import argument
from rfmeans.errors import SettingsError, did_you_mean
from rfmeans.segments.code_table import CodeTable, gives_codes, read_code_table
from rfmeans.segments.grids import BEST, WORST, Axis, Grid, ScoreGrid, axes_of
from rfmeans.segments.settings import FEATURES, MAX_SEGMENTS
from rfmeans.segments.settled_names import Said, read_said, said_to_list
from rfmeans.settings import is_number
from rfmeans.toml_file import as_table, check_keys, check_line, read_toml, toml_key

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

TIER = " · tier "  # and a number: tells segments of one region apart
BUILT_IN = "the built-in lexicon"
AXES = ("recency_bands", "recency_cuts", "value_bands", "value_cuts")
GRID_KEYS = (*AXES, "max_segments", "names")
SCORE_KEYS = (*AXES, "cuts", "names", "order")
LARGEST = 1e300  # a cut beyond it, or one that is no number, cuts nothing


@dataclass(frozen=True)
class Lexicon:
    """Names and cut points.

    Attributes
    ----------
    grids
        For K-Means segments, by the largest number of segments.
    scores
        For scores.
    cuts
        Cut points of the scores by feature, where they are given and not taken from the data.
    said
        What names claim, and what takes the place of one that does not hold.
    """

    grids: tuple[Grid, ...]
    scores: ScoreGrid | CodeTable
    cuts: dict[str, tuple[float, ...]]
    said: dict[str, Said] = field(default_factory=dict)

    def grid_for(self, segments: int) -> Grid:
        """Return the grid for a number of segments."""
        return next(grid for grid in self.grids if segments <= grid.max_segments)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, as in its file; `read_lexicon` takes them back."""
        return {
            "grid": [
                {"max_segments": grid.max_segments, **axes_of(grid), "names": grid.names}
                for grid in self.grids
            ],
            "name": said_to_list(self.said),
            "scores": {
                **self.scores.to_dict(),
                "cuts": {feature: list(edges) for feature, edges in self.cuts.items()},
            },
        }


@cache
def built_in() -> Lexicon:
    """Return the built-in lexicon."""
    return _lexicon(toml_file.built_in("segments", "lexicon.toml"), BUILT_IN)


def read_lexicon(given: Lexicon | Mapping[str, Any] | str | os.PathLike[str] | None) -> Lexicon:
    """Return a lexicon from a TOML file or from the same as a mapping; None: the built-in one.

    Raises
    ------
    SettingsError
        If it cannot be read, or leaves a region without a name.

    >>> read_lexicon({"grid": [{"recency_bands": ["old", "new"], "recency_cuts": [0], "value_bands": ["all"],
    ...     "value_cuts": [], "names": {"all": {"new": "Fresh"}}}]})
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: the lexicon, grid 1: the region of value 'all' and recency 'old' has no name. Give \
it one under [grid.names]: all.old = "...".
    """
    if given is None:
        return built_in()
    if isinstance(given, Lexicon):
        return given
    if isinstance(given, Mapping):
        content, name = given, "the lexicon"
    else:
        content, name = read_toml(given, "lexicon"), Path(given).name
    return _lexicon({**built_in().to_dict(), **_over_built_in(content, name)}, name)


def _over_built_in(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the parts that a lexicon gives; a score grid without names of its own keeps the built-in one.

    Names of one's own claim only what one's own lexicon says; the built-in ones that stay claim what they did.
    """
    check_keys(content, ("grid", "name", "scores"), where)
    given = dict(content)
    own = as_table(given.get("scores", {}), f"{where}, [scores]")
    own_regions, own_scores = "grid" in given, "names" in own or gives_codes(own)
    kept = [entry for entry in _built_entries() if not (own_scores if _is_of_scores(entry) else own_regions)]
    given.setdefault("name", kept)
    if "scores" in given:
        scores = as_table(given["scores"], f"{where}, [scores]")
        built = {key: value for key, value in built_in().to_dict()["scores"].items() if key != "cuts"}
        given["scores"] = {**built, **scores} if not set(scores) - {"cuts"} else scores
    return given


def _built_entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = built_in().to_dict()["name"]
    return entries


def _is_of_scores(entry: Mapping[str, Any]) -> bool:
    return entry["name"] in built_in().scores.order


def _lexicon(content: dict[str, Any], where: str) -> Lexicon:
    return Lexicon(
        grids=_grids(content["grid"], where),
        scores=_score_names(content["scores"], f"{where}, [scores]"),
        cuts=check_cuts(content["scores"].get("cuts", {}), f"{where}, [scores.cuts]"),
        said=_said(content["name"], where),
    )


def _said(entries: Any, where: str) -> dict[str, Said]:
    said = read_said(entries, where)
    for name in (*said, *(other for each in said.values() for other in each.instead)):
        _check_name(name, f"{where}: the name {name!r}")
    return said


def _grids(entries: Any, where: str) -> tuple[Grid, ...]:
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f"{where}: grids are written as [[grid]], one after another. Got {entries!r}.")
    grids = sorted(
        (_grid(entry, f"{where}, grid {position}") for position, entry in enumerate(entries, start=1)),
        key=lambda grid: grid.max_segments,
    )
    most = [grid.max_segments for grid in grids]
    if twice := [number for number, count in Counter(most).items() if count > 1]:
        raise SettingsError(f"{where}: two grids have max_segments = {twice[0]}. Give each its own.")
    if most[-1] < MAX_SEGMENTS:
        raise SettingsError(
            f"{where}: no grid names {most[-1] + 1} to {MAX_SEGMENTS} segments. "
            f"Add a [[grid]] with max_segments = {MAX_SEGMENTS}, or leave max_segments out of the last one."
        )
    return tuple(grids)


def _grid(entry: Any, where: str) -> Grid:
    entry = as_table(entry, where)
    check_keys(entry, GRID_KEYS, where)
    most = entry.get("max_segments", MAX_SEGMENTS)
    if type(most) is not int or not 2 <= most <= MAX_SEGMENTS:
        raise SettingsError(
            f"{where}: max_segments must be a whole number from 2 to {MAX_SEGMENTS}. Got {most!r}."
        )
    recency, value = _axis(entry, "recency", where), _axis(entry, "value", where)
    names = _names(entry, recency, value, where, "[grid.names]")
    held = Counter(name for row in names.values() for name in row.values())
    if twice := [name for name, count in held.items() if count > 1]:
        raise SettingsError(
            f"{where}: the name {twice[0]!r} stands for {held[twice[0]]} regions. Give each region its own name."
        )
    return Grid(most, recency, value, names)


def _score_names(entry: Any, where: str) -> ScoreGrid | CodeTable:
    entry = as_table(entry, where)
    if not gives_codes(entry):
        return _score_grid(entry, where)
    table = read_code_table(entry, where)
    for name in table.order:
        _check_name(name, f"{where}: the name {name!r}")
    return table


def _score_grid(entry: Any, where: str) -> ScoreGrid:
    entry = as_table(entry, where)
    check_keys(entry, SCORE_KEYS, where)
    recency, value = _axis(entry, "recency", where), _axis(entry, "value", where)
    for cut in (*recency.cuts, *value.cuts):
        if not WORST < cut <= BEST:
            raise SettingsError(
                f"{where}: cuts lie on the scale of the scores, above {WORST} and up to {BEST}. Got {cut:g}."
            )
    names = _names(entry, recency, value, where, "[scores.names]")
    held = dict.fromkeys(names[v][r] for v in reversed(value.bands) for r in reversed(recency.bands))
    order = entry.get("order", list(held))
    if not isinstance(order, list) or Counter(map(str, order)) != Counter(list(held)):
        raise SettingsError(
            f"{where}: order must hold each name once: {', '.join(held)}. Got {order!r}. Or leave it out."
        )
    return ScoreGrid(recency, value, names, tuple(order))


def _axis(entry: Mapping[str, Any], name: str, where: str) -> Axis:
    for key in (f"{name}_bands", f"{name}_cuts"):
        if not isinstance(entry.get(key), list):
            raise SettingsError(f"{where}: {key} must be a list. Got {entry.get(key)!r}.")
    bands, cuts = entry[f"{name}_bands"], entry[f"{name}_cuts"]
    for band in bands:
        check_line(band, f"{where}: a band of {name}")
    if not bands or len(set(bands)) < len(bands):
        raise SettingsError(f"{where}: {name}_bands needs bands that differ. Got {bands!r}.")
    _check_ascending(cuts, f"{where}: {name}_cuts")
    if len(cuts) != len(bands) - 1:
        raise SettingsError(
            f"{where}: {len(bands)} bands of {name} need {len(bands) - 1} cuts between them. "
            f"Got {len(cuts)}: {cuts!r}."
        )
    return Axis(tuple(bands), tuple(float(cut) for cut in cuts))


def _names(
    entry: Mapping[str, Any], recency: Axis, value: Axis, where: str, table: str
) -> dict[str, dict[str, str]]:
    rows = as_table(entry.get("names"), f"{where}, {table}")
    _check_bands(rows, value, f"{where}, {table}: value")
    for band, row in rows.items():
        _check_bands(
            as_table(row, f"{where}, {table}, {band}"), recency, f"{where}, {table}, {band}: recency"
        )
    for v in value.bands:
        for r in recency.bands:
            if r not in rows.get(v, {}):
                raise SettingsError(
                    f"{where}: the region of value {v!r} and recency {r!r} has no name. "
                    f'Give it one under {table}: {toml_key(v)}.{toml_key(r)} = "...".'
                )
            _check_name(rows[v][r], f"{where}: the name of {v}.{r}")
    return {v: {r: rows[v][r] for r in recency.bands} for v in value.bands}


def _check_name(name: Any, what: str) -> None:
    check_line(name, what)
    if TIER in name:
        raise SettingsError(f"{what} must not hold {TIER!r}, which tells tiers apart. Got {name!r}.")


def _check_bands(rows: Mapping[str, Any], axis: Axis, where: str) -> None:
    for band in rows:
        if band not in axis.bands:
            raise SettingsError(
                f"{where} has no band {band!r}.{did_you_mean(str(band), axis.bands)} "
                f"Bands are: {', '.join(axis.bands)}."
            )


def check_cuts(cuts: Any, where: str) -> dict[str, tuple[float, ...]]:
    """Return cut points by feature, each ascending.

    Raises
    ------
    SettingsError
        If a feature is unknown or its cuts do not ascend.
    """
    cuts = as_table(cuts, where)
    check_keys(cuts, FEATURES, where)
    for feature, edges in cuts.items():
        if not isinstance(edges, list | tuple) or not edges:
            raise SettingsError(f"{where}: {feature} must be a list of numbers. Got {edges!r}.")
        _check_ascending(edges, f"{where}: {feature}")
    return {feature: tuple(float(edge) for edge in edges) for feature, edges in cuts.items()}


def with_cuts(lexicon: Lexicon, given: Mapping[str, Sequence[float]], bins: int) -> Lexicon:
    """Return the lexicon with some cut points in place of its own.

    Raises
    ------
    SettingsError
        If any cut points do not fit the number of scores.
    """
    cuts = {**lexicon.cuts, **check_cuts(given, "score_cuts")}
    for feature, edges in cuts.items():
        if len(edges) != bins - 1:
            raise SettingsError(
                f"{bins} scores need {bins - 1} cuts of {feature}. Got {len(edges)}: "
                f"{', '.join(f'{edge:g}' for edge in edges)}. Give as many, or another number of scores."
            )
    if isinstance(lexicon.scores, CodeTable) and lexicon.scores.bins != bins:
        raise SettingsError(
            f"The lexicon names codes of scores from 1 to {lexicon.scores.bins}, but {bins} scores are asked for. Give "
            f"{argument('score_bins', lexicon.scores.bins)}, or names of all codes of {bins} scores."
        )
    return replace(lexicon, cuts=cuts)


def _check_ascending(cuts: Any, where: str) -> None:
    numbers = [cut for cut in cuts if is_number(cut)]
    if len(numbers) < len(cuts) or not all(-LARGEST < number < LARGEST for number in numbers):
        raise SettingsError(f"{where} must be numbers. Got {list(cuts)!r}.")
    if any(low >= high for low, high in pairwise(numbers)):
        raise SettingsError(f"{where} must ascend, each cut above the one before. Got {list(cuts)!r}.")
