"""Every sample of the corpus gives exactly what it says."""

from __future__ import annotations

import pytest

from privileges.corpus import Sample, find, samples

CORPUS = samples()


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.name)
def test_a_sample_gives_what_it_says(sample: Sample) -> None:
    assert find(sample) == sample.expected


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 60
    assert len({sample.name for sample in CORPUS}) == len(CORPUS)
