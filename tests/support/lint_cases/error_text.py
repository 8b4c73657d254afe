"""What may be done with an error, and what shows its text."""

from __future__ import annotations

from textwrap import indent

UNTOUCHED = {
    "its type": """
        try:
            work()
        except ValueError as error:
            log.warning("work failed", error=error, kind=type(error).__name__, name=kind_of(error))
            if isinstance(error, UnicodeError):
                raise
    """,
    "a cause": """
        class Unavailable(Exception):
            pass
        ...
        try:
            work()
        except OSError as error:
            raise Unavailable("the store is unavailable") from error
    """,
    "raised again": """
        try:
            work()
        except OSError as error:
            if error.errno == 2:
                return None
            raise error
    """,
    "what AWS calls it": """
        try:
            work()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code != "ConditionalCheckFailedException":
                raise
            if error.response.get("Error", {}).get("Code") == "Throttling":
                log.warning("throttled", code=code, status=error.response["ResponseMetadata"]["HTTPStatusCode"])
            return {"id": event.id, "code": error.response["Error"]["Code"]}
    """,
    "a status": """
        try:
            work()
        except httpx.HTTPStatusError as error:
            return error.response.status_code
    """,
    "kept for later": """
        last = None
        for _ in range(3):
            try:
                return work()
            except OSError as error:
                last = error
        if last is not None:
            raise last
        return None
    """,
    "kept for later, in a function of its own": """
        def work_again():
            try:
                return work()
            except OSError as error:
                wrong = error
            raise wrong
        ...
        return work_again()
    """,
    "no name": """
        try:
            work()
        except OSError:
            log.exception("failed")
            return "unavailable"
    """,
    "another thing of that name": """
        try:
            work()
        except ValueError as error:
            raise
        for error in event.files:
            log.info("file", id=error)
    """,
}


def _caught(line: str) -> str:
    return f"try:\n    work()\nexcept ValueError as error:\n{indent(line, '    ')}\n"


CAUGHT = {
    "str": _caught('return {"message": str(error)}'),
    "repr": _caught("return repr(error)"),
    "an f-string": _caught('return f"failed: {error}"'),
    "format": _caught('return "failed: {}".format(error)'),
    "percent": _caught('return "failed: %s" % error'),
    "args": _caught("return error.args[0]"),
    "itself": _caught("return error"),
    "in an answer": _caught('return {"error": error}'),
    "in a field": _caught('log.error("failed", reason=str(error))'),
    "as part of a field": _caught('log.error("failed", reasons=[error])'),
    "in another error": _caught("raise RuntimeError(error) from error"),
    "in the text of another error": _caught('raise RuntimeError(f"failed: {error}") from error'),
    "a message of AWS": _caught('return error.response["Error"]["Message"]'),
    "an answer of AWS": _caught("return error.response"),
    "an answer of a server": _caught("return error.response.text"),
    "pydantic's errors": _caught("return error.errors()"),
    "a trace": _caught("return error.__traceback__"),
    "its context": _caught("return error.__context__"),
    "a note": _caught("error.add_note(event.text)\nraise"),
    "a function": _caught("report(error)"),
    "by another name": _caught("wrong = error\nreturn str(wrong)"),
    "kept in an object": _caught("context.error = error"),
    "later": """
        last = None
        for _ in range(3):
            try:
                return work()
            except OSError as error:
                last = error
        return str(last)
    """,
    "of a group": """
        try:
            work()
        except* ValueError as group:
            log.error("failed", first=str(group.exceptions[0]))
    """,
    "in a comprehension": _caught("return [str(error) for _ in event.files]"),
    "in a function that is called later": _caught("return lambda: str(error)"),
}
