"""What Lambda tells a function about its own invocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Context(Protocol):
    """The runtime's context object, as far as a function may rely on it."""

    @property
    def aws_request_id(self) -> str:
        """The invocation's id; the guard uses it as the correlation id, because no caller can choose it."""

    @property
    def function_name(self) -> str: ...

    @property
    def function_version(self) -> str: ...

    @property
    def invoked_function_arn(self) -> str: ...

    @property
    def memory_limit_in_mb(self) -> int | str: ...

    def get_remaining_time_in_millis(self) -> int: ...


#: What the Lambda runtime calls: any callable that takes the event and the context.
Handler = Callable[[object, Context], Any]
