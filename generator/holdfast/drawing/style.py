"""How the picture looks, on light and on dark pages. Each colour is written out: not every viewer knows variables."""

from __future__ import annotations

#: Selectors and what light and dark pages have there; every meaning has a shape or a line of its own as well.
_COLOURS = (
    (".page", "fill", "#ffffff", "#0d1117"),
    (".page,.box,.pill", "stroke", "#8c959f", "#6e7681"),
    (".box", "fill", "#f6f8fa", "#161b22"),
    (".pill", "fill", "#ffffff", "#0d1117"),
    (".band", "fill", "#e7ebf0", "#262c36"),
    (".outside", "fill", "#fff8e6", "#272115"),
    (".outside", "stroke", "#9a6700", "#d8a53b"),
    ("text", "fill", "#1f2328", "#e6edf3"),
    (".quiet", "fill", "#57606a", "#9da7b3"),
    (".halo", "stroke", "#ffffff", "#0d1117"),
    (".read .line,.read .head", "stroke", "#59636e", "#9da7b3"),
    (".write .line,.write .head", "stroke", "#0a58c2", "#6cb0ff"),
    (".delete .line,.delete .head", "stroke", "#bf2a1d", "#ff8a78"),
    (".invokes .line,.invokes .head,.call", "stroke", "#7440c4", "#c2a2ff"),
    (".read:hover .trace", "stroke", "#59636e", "#9da7b3"),
    (".write:hover .trace", "stroke", "#0a58c2", "#6cb0ff"),
    (".delete:hover .trace", "stroke", "#bf2a1d", "#ff8a78"),
    (".invokes:hover .trace", "stroke", "#7440c4", "#c2a2ff"),
    (".named .line", "stroke", "#8c959f", "#6e7681"),
    (".write .full,.write .badge", "fill", "#0a58c2", "#6cb0ff"),
    (".delete .full,.delete .badge", "fill", "#bf2a1d", "#ff8a78"),
    (".call,.invokes .badge", "fill", "#7440c4", "#c2a2ff"),
    (".read .badge", "stroke", "#59636e", "#9da7b3"),
    (".write .letter,.delete .letter", "fill", "#ffffff", "#0d1117"),
    (".put", "fill", "#0a4ba8", "#8cc2ff"),
    (".cut", "fill", "#a82318", "#ff9d8e"),
)
_SHAPES = """\
.trace{fill:none;stroke:none;pointer-events:none}
text{font:12px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
.title{font:600 20px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.word{font:12px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.column{font:600 13px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.small{font-size:11px}
.name,.put,.cut{font-weight:700}
.cut{text-decoration:underline}
.letter{font-size:9px;font-weight:700;text-anchor:middle}
.outside{stroke-width:2;stroke-dasharray:5 3}
.line,.head,.halo{fill:none;stroke-linecap:butt}
.halo{stroke-width:5}
.line{stroke-width:1.2}
.head{stroke-width:1.4}
.write .line{stroke-width:2.6}
.delete .line{stroke-width:2.6;stroke-dasharray:8 3}
.delete .head{stroke-width:2.4}
.invokes .line{stroke-width:1.8;stroke-dasharray:2 3}
.named .line{stroke-width:1.6;stroke-dasharray:1 4}
.read .badge{fill:none}
.link:hover .trace{stroke-width:5;stroke-opacity:.45}
"""


def sheet() -> str:
    """The style sheet."""
    light, dark = ("".join(f"{where}{{{what}:{row[at]}}}\n" for where, what, *row in _COLOURS) for at in (0, 1))
    return f"{light}{_SHAPES}@media (prefers-color-scheme:dark){{\n{dark}}}\n"
