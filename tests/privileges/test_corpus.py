"""Every sample of the corpus gives exactly what it says."""

from __future__ import annotations

import pytest

from privileges.corpus import HERE, Sample, find, samples, score

CORPUS = samples()


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.name)
def test_a_sample_gives_what_it_says(sample: Sample) -> None:
    assert find(sample) == sample.expected


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 60
    assert len({sample.name for sample in CORPUS}) == len(CORPUS)


def test_what_was_held_out_scores_as_it_did_the_first_time() -> None:
    """24 samples, written when the tool was done; one was not right, and stays as it was: see docs/privileges.md."""
    found = score(samples(HERE / "heldout"))
    assert (found.samples, found.exact) == (24, 23)
    assert found.recall == 1
    assert found.precision > 0.97
