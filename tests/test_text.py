"""Text lands as itself in every format that a project is made of."""

from __future__ import annotations

import ast
import json
import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from holdfast.text import markdown, quote

#: What the spec lets through as free text: no control characters but tab and newline, no surrogates, no non-characters.
FREE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff") | st.sampled_from("\n\t")
)
NASTY = (
    "yes", "1.10", "a: b", "{{ 7*7 }}", "{% raw %}", "%}", '"""', "'; rm -rf /", 'x"\nevil = "1', "- a", "# b", "@c", "!Sub x",
    "${AWS::Region}", "tab\there", "\u202eright to left", "\u2028", "\u0085", "\ufeffbom", "emoji \U0001f600", "\\", "null", "~",
    "line one\nline two", "*", "&a", "|", ">", "`code`", "[a](b)", "<script>", "1. one", "a_b_c", "$x$", ":smile:", "&amp;",
)  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_quote_is_the_same_text_in_yaml_toml_json_and_python(text: str) -> None:
    assert_same(text)


@given(FREE)
def test_quote_is_the_same_text_whatever_it_holds(text: str) -> None:
    assert_same(text)


def assert_same(text: str) -> None:
    quoted = quote(text)
    assert "\n" not in quoted
    assert json.loads(quoted) == text
    assert yaml.safe_load(f"key: {quoted}\n") == {"key": text}
    assert tomllib.loads(f"key = {quoted}\n") == {"key": text}
    assert ast.literal_eval(quoted) == text


@pytest.mark.parametrize("text", NASTY)
def test_markdown_shows_exactly_the_text(text: str) -> None:
    assert shown(markdown(text)) == " ".join(text.replace("\u2028", "\n").split())


@given(FREE)
def test_markdown_never_becomes_markup(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    inside = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inside} <= {"text", "softbreak", "hardbreak", "html_inline", "text_special"}
    assert all(child.content == "<br>" for child in inside if child.type == "html_inline")


def shown(source: str) -> str:
    """The text that a reader of the rendered Markdown sees, white space folded as HTML folds it."""
    tokens = MarkdownIt("commonmark").parse(source)
    children = [child for token in tokens for child in token.children or ()]
    seen = ("\n" if child.type in ("softbreak", "html_inline") else child.content for child in children)
    return " ".join("".join(seen).split())
