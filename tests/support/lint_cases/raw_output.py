"""Files, and what is no file."""

from __future__ import annotations

UNTOUCHED = {
    "a file": """
        with open("/tmp/report.csv", "w") as file:
            file.write("id")
        open("report.txt", encoding="utf-8")
    """,
    "a file by its number": """
        number, name = tempfile.mkstemp()
        os.write(number, b"id")
        with os.fdopen(number, "w") as file:
            file.write("id")
    """,
    "other numbers": "return [1, 2, open]",
}

CAUGHT = {
    "standard output, by its number": "os.write(1, event.text.encode())",
    "standard error, by its number": "os.write(2, event.text.encode())",
    "standard output as a file": 'open(1, "w").write(event.text)',
    "standard output as a file of io": 'io.open(1, "w")',
    "standard output as a file of os": 'os.fdopen(1, "w")',
    "standard output by a name": """
        OUTPUT = 1
        ...
        os.write(OUTPUT, event.text.encode())
    """,
    "write by another name": """
        write = os.write
        write(1, event.text.encode())
    """,
    "a device": 'Path("/dev/stdout").write_text(event.text)',
    "another device": 'open("/dev/fd/2", "w")',
    "the environment": 'return Path("/proc/self/environ").read_text()',
}
