"""Comments that accept a finding, and comments that are findings themselves, with what is said."""

from __future__ import annotations

ALLOWED = {
    "in its line": "cursor.execute(event.text)  # allow: sql-text because the model holds it to SELECT",
    "in one of its lines": """
        cursor.execute(
            "SELECT " + event.name,  # allow: sql-text because it is a name
        )
    """,
    "above it": """
        # allow: sql-text because the model holds it to SELECT
        cursor.execute(event.text)
    """,
    "two rules at once": "open(str(cursor.execute(event.name)), event.name)  # allow: sql-text, file-path because they are fine",
    "twice": """
        cursor.execute(event.text + event.name)  # allow: sql-text because one comment is enough for its line
    """,
    "ruff's, with a reason": 'work("a")  # noqa: S106 - a name',
    "ruff's, with a reason in a comment behind it": 'work("a")  # noqa: S106  # the name of a queue',
    "ruff's, of style": 'work("a")  # noqa: E501, N802',
    "ruff's, in a text": """work("# noqa: S106")""",
    "no comment at all": """
        cursor.execute("SELECT '# allow: sql-text'")
    """,
}

WRONG = {
    "no reason": (
        "cursor.execute(event.text)  # allow: sql-text",
        {"sql-text": "SQL must be", "allow": "says no reason and allows nothing: write `# allow: RULE because REASON`"},
    ),
    "an empty reason": (
        "cursor.execute(event.text)  # allow: sql-text because",
        {"sql-text": "SQL must be", "allow": "says no reason"},
    ),
    "no rule": (
        "cursor.execute(event.text)  # allow: because it is fine",
        {"sql-text": "SQL must be", "allow": "says no reason"},
    ),
    "nothing to allow": (
        'cursor.execute("SELECT 1")  # allow: sql-text because it was built once',
        {"allow": "allows sql-text where nothing is found: take it out"},
    ),
    "another rule's finding": (
        "cursor.execute(event.text)  # allow: file-path because it is fine",
        {"sql-text": "SQL must be", "allow": "allows file-path where nothing is found: take it out"},
    ),
    "a rule that does not exist": (
        "cursor.execute(event.text)  # allow: sql because it is fine",
        {"sql-text": "SQL must be", "allow": "there is no rule sql: address, archive, command, "},
    ),
    "the rule about comments": (
        "return None  # allow: allow because it is fine",
        {"allow": "there is no rule allow: "},
    ),
    "too far above": (
        "# allow: sql-text because it is fine\n\ncursor.execute(event.text)",
        {"sql-text": "SQL must be", "allow": "allows sql-text where nothing is found: take it out"},
    ),
    "the line of another statement": (
        "work()  # allow: sql-text because it is fine\ncursor.execute(event.text)",
        {"sql-text": "SQL must be", "allow": "allows sql-text where nothing is found: take it out"},
    ),
    "ruff's, without a reason": ("work()  # noqa: S608", {"allow": "says no reason: write `# noqa: S608 - REASON`"}),
    "ruff's, of two rules": ("work()  # noqa:E501,TID251", {"allow": "says no reason: write `# noqa: E501,TID251 - "}),
    "ruff's, of a file": ("# ruff: noqa: S603\nwork()", {"allow": "says no reason"}),
    "ruff's, of a block": ("# ruff: disable[S603]\nwork()", {"allow": "says no reason"}),
    "ruff's, in small letters": ("work()  # NoQA: s608 -", {"allow": "says no reason"}),
}
