"""The best start on the cells; see test_kmeans for how it goes on."""

import os
import subprocess
import sys

import numpy as np
import pytest

from helpers.weighed import every_customer, heaps
from rfmeans.beside import ask, beside
from rfmeans.segments.condensed import condense
from rfmeans.segments.starts import best_start

HELD = """
from rfmeans.segments.starts import one_thread
with one_thread():
    from threadpoolctl import threadpool_info
    found = threadpool_info()
print("openmp" in {pool["user_api"] for pool in found}, {pool["num_threads"] for pool in found})
"""


def test_scikit_learn_is_held_to_one_thread_before_it_is_first_used():
    env = {**os.environ, "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", HELD], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True {1}"


def test_two_heaps_by_hand():
    """Means of (0, 2) and of (10, 12, 14): squared distances 1 + 1 and 4 + 0 + 4."""
    points = np.array([[value, 0.0, 0.0] for value in (0, 2, 10, 12, 14)])
    centres, inertia = best_start(every_customer(points), 2, n_init=10, tol=1e-4, seed=0)
    assert sorted(centres[:, 0]) == [1, 12]
    assert inertia == pytest.approx(10)


@pytest.mark.slow
def test_a_fit_beside_is_the_fit_here_to_the_last_bit():
    cells = condense(heaps(4, 4), limit=100)
    here = best_start(cells, 4, n_init=3, tol=1e-4, seed=1)
    with beside("no library of this name"):  # it fails to load, which keeps nobody from working
        centres, inertia = ask("no library of this name", best_start, cells, 4, 3, 1e-4, 1).get()
        assert ask("no library of this name", os.getpid).get() != os.getpid()
    assert (centres == here[0]).all()
    assert inertia == here[1]
