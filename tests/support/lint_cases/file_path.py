"""Paths of the service's own, and of an event's making."""

from __future__ import annotations

UNTOUCHED = {
    "a literal": 'open("table.json")',
    "a literal beside the code": '(Path(__file__).parent / "table.json").read_text()',
    "a temporary file": 'tempfile.NamedTemporaryFile(suffix=".csv").write(event.text.encode())',
    "an Ident": """
        folder = Path(tempfile.mkdtemp())
        (folder / f"{event.id}.json").write_text(event.text)
        open(os.path.join(folder, event.file))
        (folder / event.file).read_text()
        for file in event.files:
            folder.joinpath(file).touch()
    """,
    "an Ident of a table": """
        for old, new in event.renamed.items():
            Path(old).rename(Path(new))
    """,
    "a key of S3": """
        Path(tempfile.gettempdir(), event.key).read_text()
        Path(tempfile.gettempdir(), event.any_key).read_text()
    """,
    "numbers and choices": """
        open(f"report-{event.count}-{event.token}-{event.state}-{event.colour.value}.csv")
        open(f"report-{int(event.text)}.csv")
    """,
    "a choice from a table": """
        FILES = {"a": "a.json"}
        ...
        open(FILES[event.text])
    """,
    "what a parameter says": """
        def read(path: Path) -> str:
            return open(path).read()
        ...
        return None
    """,
    "a digest": """
        import hashlib
        ...
        open(hashlib.sha256(event.text.encode()).hexdigest())
    """,
    "the parts of a name": """
        from pathlib import PurePosixPath
        ...
        return os.path.splitext(event.name), PurePosixPath(event.name).suffix
    """,
    "a quotient": "return event.count / event.count, resources.scale() / event.name",
    "what goes into a file": """
        with open("orders.json", "w") as file:
            json.dump(event.text, file)
    """,
}

CAUGHT = {
    "open": "open(event.name)",
    "a field without a type": "open(event.nothing)",
    "a handler of another model": """
        from ...thing import Thing

        @guarded(sqs(Thing))
        def other(thing: Thing, context: Context) -> None:
            open(thing.name)
        ...
        return None
    """,
    "open, of text that was read": "io.open(event.name)",
    "Path": "Path(event.name).read_text()",
    "an f-string": 'open(f"reports/{event.name}.csv")',
    "a sum": 'open("reports/" + event.name)',
    "os.path.join": 'os.path.join("reports", event.name)',
    "a slash": '(Path("reports") / event.name).read_text()',
    "a slash behind a constant": """
        REPORTS = Path(__file__).parent
        ...
        return (REPORTS / "csv" / event.name).read_text()
    """,
    "a slash in place": """
        path = Path("reports")
        path /= event.name
    """,
    "joinpath": 'Path("reports").joinpath(event.name)',
    "a variable": """
        name = event.name
        open(name)
    """,
    "a loop": """
        for customer in event.customers:
            open(customer.name)
    """,
    "the rest": """
        first, *others = event.customers
        open(others[0].name)
    """,
    "a method": "open(event.name.strip())",
    "what it was parsed to": 'open(json.loads(event.text)["file"])',
    "a path that was taken apart": """
        from pathlib import PurePosixPath
        ...
        open(PurePosixPath(event.name).name)
    """,
    "removing": "os.remove(event.name)",
    "listing": "os.listdir(event.name)",
    "copying": 'shutil.copy("a", event.name)',
    "a temporary file": "tempfile.NamedTemporaryFile(suffix=event.name)",
    "an archive": "zipfile.ZipFile(event.name)",
    "in another function": """
        def read(order: Order) -> str:
            return open(order.name).read()
        ...
        return None
    """,
}
