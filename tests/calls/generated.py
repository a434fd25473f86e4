"""Calls made up by hypothesis, the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

T = TypeVar("T")
_QUIET: dict[str, Any] = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}


def examples(strategy: st.SearchStrategy[T], count: int, seed_number: int) -> list[T]:
    """As many values; fewer when there are no more."""
    values: list[T] = []

    @seed(seed_number)
    @settings(max_examples=count, phases=[Phase.generate], **_QUIET)
    @given(strategy)
    def collect(value: T) -> None:
        values.append(value)

    collect()
    return values


def smallest(strategy: st.SearchStrategy[T], condition: Callable[[T], bool], seed_number: int) -> T | None:
    """The smallest value that is found to fulfil the condition; None when none does."""
    try:
        return find(
            strategy, condition, settings=settings(max_examples=400, **_QUIET), random=random.Random(seed_number)
        )
    except NoSuchExample:
        return None
