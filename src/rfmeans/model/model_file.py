"""The file of a model: its text, and what it says -> the fields of the model, checked one by one."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.days import kept_span
from rfmeans.errors import ModelError
from rfmeans.groups import USUAL_HOLDOUT, check_holdout
from rfmeans.model.orders_table import OrdersTable
from rfmeans.over_time.drift import Reference
from rfmeans.segments.facts import Grounds
from rfmeans.segments.features import FeatureScaling, Scaling
from rfmeans.segments.lexicon import read_lexicon
from rfmeans.segments.score_cuts import Scoring
from rfmeans.segments.settings import FEATURES, MAX_SEGMENTS, MIN_SEGMENTS
from rfmeans.segments.stability import Stability

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

FORMAT = "rfmeans-model"
VERSION = 2  # 1: without scores and lexicon


def model_text(fields: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the text of a model's file from its fields and its segments' names; numbers come back bit for bit."""
    scoring, stability, orders = (fields[name] for name in ("scoring", "stability", "orders"))
    reference, grounds = fields["reference"], fields["grounds"]
    said = {
        "format": FORMAT,
        "version": VERSION,
        "as_of": fields["as_of"].isoformat() if fields["as_of"] else None,
        "customers": fields["customers"],
        "inertia": fields["inertia"],
        "settings": fields["settings"],
        "features": [asdict(feature) for feature in fields["scaling"].features],
        "segments": _segments_of(names, fields["centres"]),
        "scores": scoring.to_dict() if scoring else None,
        "lexicon": fields["lexicon"].to_dict(),
        "stability": asdict(stability) if stability else None,
        "orders": orders.to_dict() if orders else None,
        "reference": reference.to_dict() if reference else None,
        "grounds": asdict(grounds) if grounds else None,
    }
    return json.dumps(said, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _segments_of(names: Sequence[str], centres: Sequence[tuple[float, float, float]]) -> list[dict[str, Any]]:
    """Return what the file says of the segments; ``centres``: none where they are those of the scores."""
    return [
        {"segment_id": place + 1, "segment": name, "centre": list(centres[place]) if centres else None}
        for place, name in enumerate(names)
    ]


def read_model(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of a `rfmeans.model.segment_model.SegmentModel` from its file.

    Raises
    ------
    ModelError
        If there is none, or it was written by a newer version.
    """
    target = Path(path)
    try:
        text = target.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ModelError(_no_model(target, "it is not text")) from None
    except IsADirectoryError:
        raise ModelError(f"{target} is a folder. Give the model in it: {target / 'model.json'}.") from None
    except OSError as error:
        raise ModelError(f"Cannot read the model {target}: {error.strerror}. Check the path.") from error
    return parse_model(text, str(target))


def parse_model(text: str, name: str) -> dict[str, Any]:
    """Return the same from the text of a file; ``name`` is what messages call it.

    Raises
    ------
    ModelError
        If it is no model, or was written by a newer version.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelError(_no_model(name, "it is not JSON")) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelError(_no_model(name, f'its "format" is not "{FORMAT}"'))
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ModelError(
            f"{name} was written by a newer rfmeans (model version {version}; this one reads up to {VERSION}). "
            "Upgrade: pip install --upgrade rfmeans."
        )
    try:
        return _fields_of(content)
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
        raise ModelError(_no_model(name, f"it is damaged ({type(error).__name__}: {error})")) from error


def _no_model(name: object, why: str) -> str:
    return f"{name} is not an rfmeans model: {why}. Give the model.json of an output folder."


def _fields_of(content: dict[str, Any]) -> dict[str, Any]:
    if type(content["version"]) is not int:
        raise ValueError("version must be a whole number")
    json.dumps(content, allow_nan=False)  # which no number of a model is
    settings = dict(content["settings"])
    check_holdout(settings.get("holdout", USUAL_HOLDOUT))
    if type(settings.get("seed", 0)) is not int:
        raise ValueError(f"the seed is {settings['seed']!r}")
    kept_span(settings.get("window"))
    stability, orders = content.get("stability"), content.get("orders")
    reference, grounds = content.get("reference"), content.get("grounds")
    return {
        "scaling": _scaling_from(content["features"]),
        "as_of": dt.date.fromisoformat(content["as_of"]) if content["as_of"] else None,
        "customers": int(content["customers"]),
        "settings": settings,
        "stability": Stability.from_dict(stability) if stability else None,
        "orders": OrdersTable.from_dict(orders) if orders else None,
        "reference": Reference.from_dict(reference) if reference else None,
        "grounds": Grounds.from_dict(grounds) if grounds else None,
        **_segments_from(content),
    }


def _scaling_from(content: list[dict[str, Any]]) -> Scaling:
    features = tuple(FeatureScaling(**feature) for feature in content)
    if [feature.name for feature in features] != list(FEATURES):
        raise ValueError(f"features must be {', '.join(FEATURES)}")
    if any(feature.transform not in ("log1p", "none") for feature in features):
        raise ValueError("a transform must be log1p or none")
    if any(feature.sd < 0 for feature in features):
        raise ValueError("a standard deviation is below 0")
    if not all(math.isfinite(number) for feature in features for number in (feature.mean, feature.sd)):
        raise ValueError("a mean or standard deviation is not a finite number")
    return Scaling(features)  # type: ignore[arg-type]


def _segments_from(content: dict[str, Any]) -> dict[str, Any]:
    """Return what the model says of its segments: centres and inertia, or the names of the scores."""
    lexicon = read_lexicon(content.get("lexicon"))
    scoring = Scoring.from_dict(content["scores"]) if content.get("scores") else None
    common = {"lexicon": lexicon, "scoring": scoring}
    if content.get("inertia") is None:
        names = tuple(segment["segment"] for segment in content["segments"])
        if scoring is None or sorted(names) != sorted(lexicon.scores.order):
            raise ValueError("it needs centres with an inertia, or scores and each of their names once")
        return {**common, "centres": (), "inertia": None, "score_segments": names}
    return {**common, "centres": _centres_from(content["segments"]), "inertia": _finite(content["inertia"])}


def _centres_from(segments: list[dict[str, Any]]) -> tuple[tuple[float, ...], ...]:
    centres = tuple(tuple(_finite(number) for number in segment["centre"]) for segment in segments)
    if not MIN_SEGMENTS <= len(centres) <= MAX_SEGMENTS or {len(centre) for centre in centres} != {3}:
        raise ValueError("segments need 2 to 12 centres of three numbers")
    return centres


def _finite(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return float(value)
