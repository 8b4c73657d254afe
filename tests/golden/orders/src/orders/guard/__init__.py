"""What stands between an event and business code, and between business code and everybody who reads logs or answers.

`guarded` goes around every handler; models are made of `Payload` and the text types; `log` is the only way to write,
`span`, `annotate` and `metric` the only way to be traced and counted.
This package belongs to holdfast, which updates it: settings.py, one folder up, is where a service changes it.
"""

from .boundary import Guarded, guarded
from .context import Context
from .facade import annotate, metric, span
from .limits import Limits
from .logs import log
from .models import Envelope, Payload
from .text import Ident, Line, Text

__all__ = [
    "Context",
    "Envelope",
    "Guarded",
    "Ident",
    "Limits",
    "Line",
    "Payload",
    "Text",
    "annotate",
    "guarded",
    "log",
    "metric",
    "span",
]
