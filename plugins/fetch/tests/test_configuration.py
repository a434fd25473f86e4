"""What can be configured of the kind "fetch", and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers.config import Config, parse_config
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.plugins import Registry
from hatch_elixir_workers.wrangler import wrangler_table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import elixir_workers_fetch

(KIND,) = elixir_workers_fetch.elixir_workers_bindings()


def parse(**fields: Any) -> Config:
    raw = {"bindings": {"API": {"kind": "fetch", **fields}}}
    return parse_config(raw, Registry({"fetch": KIND}), project_name="shop")


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://api.example.com",
        "http://localhost:8080",
        "https://*.example.com",
        "https://*.example.com:8443",
        "http://127.0.0.1:3000",
        "https://[::1]:3000",
        "https://xn--bcher-kva.example",
    ],
)
def test_origins(origin: str) -> None:
    (binding,) = parse(allow=[origin]).bindings
    assert binding.fields["allow"] == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "api.example.com",
        "https://api.example.com/",
        "https://api.example.com/v1",
        "https://API.example.com",
        "https://user@example.com",
        "ftp://example.com",
        "https://",
        "https://*",
        "https://api.*.com",
        "https://*example.com",
        "https://example.com:port",
        "**",
    ],
)
def test_what_is_no_origin(origin: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(allow=["https://a.example", origin])
    (problem,) = caught.value.problems
    wanted = 'an origin such as "https://api.example.com" or "https://*.example.com", or "*"'
    assert problem.endswith(f'bindings.API.allow[1] must be {wanted}, not "{origin}"')


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, 'bindings.API must have "allow"'),
        ({"allow": []}, "bindings.API.allow must not be empty"),
        ({"allow": "*"}, "bindings.API.allow must be an array, not a string"),
        ({"allow": ["*"], "timeout_ms": 0}, "bindings.API.timeout_ms must be at least 1, not 0"),
        ({"allow": ["*"], "max_redirects": -1}, "bindings.API.max_redirects must be at least 0, not -1"),
        ({"allow": ["*"], "max_response_bytes": "1 MB"}, "max_response_bytes must be an integer, not a string"),
    ],
)
def test_what_is_wrong(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(**fields)
    assert [each.endswith(problem) for each in caught.value.problems] == [True], caught.value.problems


def test_wrangler_need_not_know() -> None:
    assert "example.com" not in str(wrangler_table(parse(allow=["https://example.com"])))
