"""No more bytes come out than were allowed, whatever goes in."""

from __future__ import annotations

import base64
import gzip
import random
import tracemalloc
import zlib
from contextlib import suppress
from time import process_time

import pytest

from {{ project.package }}.guard.encoded import Inflation, from_base64
from {{ project.package }}.guard.rejection import Rejected

GZIP = gzip.compress(b"x" * 100)


def inflated(data: bytes, limit: int) -> bytes:
    return bytes(Inflation(limit, limit).inflated(data))


@pytest.mark.parametrize("size", range(6))
def test_base64_gives_its_bytes(size: int) -> None:
    data = bytes(range(size))
    text = base64.b64encode(data).decode()
    assert from_base64(text, size) == data
    if size:
        with pytest.raises(Rejected) as refused:
            from_base64(text, size - 1)
        assert refused.value.stage == "size"


@pytest.mark.parametrize(
    "text", ["YQ", "Y===", "=YQ=", "YQ==\n", "Y Q=", "YQ==YQ==", "é===", "-_-_", "\ud800", "A", "\0", "YQ=="[:3]]
)
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        from_base64(text, 100)
    assert (refused.value.stage, refused.value.problems[0].type) == ("envelope", "base64_invalid")


@pytest.mark.parametrize(
    ("data", "size"), [(GZIP, 100), (GZIP * 3, 300), (zlib.compress(b"abc"), 3), (gzip.compress(b""), 0)]
)
def test_what_is_compressed_gives_its_bytes(data: bytes, size: int) -> None:
    assert len(inflated(data, size)) == size
    if size:
        with pytest.raises(Rejected) as refused:
            inflated(data, size - 1)
        assert (refused.value.stage, refused.value.problems[0].type) == ("size", "too_large")


@pytest.mark.parametrize(
    "data",
    [b"", b"text", GZIP[:-1], GZIP[:12], GZIP + b"\0", GZIP + b"more", GZIP[:-6] + b"\0\0\0\0\0\0"],
    ids=["empty", "text", "cut", "header", "zero", "trailing", "checksum"],
)
def test_what_is_not_compressed_is_refused(data: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        inflated(data, 1_000)
    assert (refused.value.stage, refused.value.problems[0].type) == ("envelope", "gzip_invalid")


def test_members_without_end_are_refused() -> None:
    """Each costs a copy of all that follows it."""
    started = process_time()
    with pytest.raises(Rejected):
        inflated(gzip.compress(b"") * 50_000, 1_000)
    assert process_time() - started < 1


@pytest.mark.parametrize("data", [bytes(range(256)) * 10_000, bytes(3_000_000), b"x" * 256 * 1024])
def test_what_takes_several_steps_gives_all_its_bytes(data: bytes) -> None:
    for packed in (gzip.compress(data), zlib.compress(data), gzip.compress(data[:999]) + gzip.compress(data[999:])):
        assert inflated(packed, len(data)) == data


@pytest.mark.parametrize(
    "bomb",
    [gzip.compress(bytes(5_000_000)), gzip.compress(bytes(999_999)) + b"no gzip", gzip.compress(bytes(999_999))[:-8]],
    ids=["large", "trailing", "cut"],
)
def test_what_inflates_much_takes_nothing_from_what_does_not(bomb: bytes) -> None:
    """Together they take no more than was spared, refused ones included."""
    usual = gzip.compress(base64.b85encode(random.Random(1).randbytes(20_000)) * 10)  # noqa: S311 - no secret
    inflation, passed = Inflation(1_000_000, 2_500_000), 0
    for _ in range(20):
        with suppress(Rejected):
            passed += len(inflation.inflated(gzip.compress(bytes(900_000)))) == 900_000
        with pytest.raises(Rejected):
            inflation.inflated(bomb)
        assert len(inflation.inflated(usual)) == 250_000
    assert passed < 3
    assert 0 <= inflation.spare < 900_000


def test_what_is_weighed_counts_as_what_is_inflated() -> None:
    """First for the piece itself; what is refused counts nothing."""
    inflation = Inflation(1_000, 500)
    inflation.inflated(GZIP)
    left = inflation.own
    inflation.weigh(left)
    assert (inflation.own, inflation.spare) == (0, 500)
    inflation.weigh(200)
    with pytest.raises(Rejected) as refused:
        inflation.weigh(301)
    assert refused.value.stage == "size"
    inflation.weigh(300)
    assert inflation.spare == 0
    assert len(inflation.inflated(GZIP)) == 100
    inflation.weigh(left)


@pytest.mark.parametrize("members", [1, 200])
def test_a_bomb_takes_no_more_memory_than_is_allowed(members: int) -> None:
    bomb = gzip.compress(bytes(200_000_000 // members), 1) * members
    tracemalloc.start()
    try:
        with pytest.raises(Rejected) as refused:
            inflated(bomb, 6 * 1024 * 1024)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.stage == "size"
    assert peak < 24 * 1024 * 1024
