"""What an engine raises, said plainly."""

import pytest

from rfmeans.engines.failures import engine_errors
from rfmeans.errors import EngineError

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def test_what_arrow_cannot_take_is_said():
    import pyarrow as pa

    with (
        pytest.raises(EngineError, match=r"Writing failed: .* is not a valid decimal128 number\."),
        engine_errors("Writing"),
    ):
        raise pa.ArrowInvalid("The string 'NaN' is not a valid decimal128 number")
