"""A program at a real pseudo-terminal, and what its user sees there.

A prompt redraws only the characters that changed, so what a user reads is not in the bytes but on the screen: this
keeps one, for the few control sequences that prompts use.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect

WIDTH, HEIGHT = 80, 30
#: Far more than an answer takes on a busy machine.
PATIENCE = 30.0
_PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\a]*\a|\x1b[=>]|([^\x1b])")

ENTER, DOWN, UP, SPACE, CTRL_C, CTRL_D, CTRL_U, BACKSPACE = (
    "\r",
    "\x1b[B",
    "\x1b[A",
    " ",
    "\x03",
    "\x04",
    "\x15",
    "\x7f",
)


class Screen:
    """What stands on the terminal, from its first line on; nothing is lost by scrolling."""

    def __init__(self) -> None:
        self._rows: dict[int, list[str]] = {}
        self._row = self._column = 0

    def feed(self, text: str) -> str:
        """Take in `text`; what is left is the beginning of a sequence whose end is still to come."""
        at = 0
        while found := _PIECE.match(text, at):
            at = found.end()
            if found[3]:
                self._character(found[3])
            elif found[2]:
                self._control(found[2], int(found[1]) if found[1].isdigit() else 0)
        return text[at:]

    def _character(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row += 1
        elif character == "\b":
            self._column = max(0, self._column - 1)
        elif character.isprintable():
            row = self._rows.setdefault(self._row, [])
            row.extend(" " * (self._column + 1 - len(row)))
            row[self._column] = character
            self._column += 1

    def _control(self, letter: str, number: int) -> None:
        count = number or 1
        if letter == "A":
            self._row = max(0, self._row - count)
        elif letter == "B":
            self._row += count
        elif letter == "C":
            self._column += count
        elif letter == "D":
            self._column = max(0, self._column - count)
        elif letter in "JK" and number == 0:
            self._rows[self._row] = self._rows.get(self._row, [])[: self._column]
            for row in [row for row in self._rows if row > self._row and letter == "J"]:
                del self._rows[row]

    def lines(self) -> list[str]:
        last = max(self._rows, default=-1)
        return ["".join(self._rows.get(row, [])).rstrip() for row in range(last + 1)]


class Terminal:
    """A program that believes to be used by a person."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._screen = Screen()
        self._rest = ""
        self._child: pexpect.spawn[str] = pexpect.spawn(
            command[0],
            list(command[1:]),
            cwd=str(cwd),
            env={**env, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
            dimensions=(HEIGHT, WIDTH),
            encoding="utf-8",
            timeout=PATIENCE,
        )
        self._child.delaybeforesend = None

    def see(self, text: str) -> str:
        """Wait until `text` is in the question on the screen's end, its lines folded or not; the whole screen then."""
        end = time.monotonic() + PATIENCE
        wanted = " ".join(text.split())
        while wanted not in " ".join(self.screen().rpartition("\n? ")[2].split()):
            if time.monotonic() > end or not self._read():
                raise AssertionError(f"{text!r} is not on the screen:\n{self.screen()}")
        return self.screen()

    def answer(self, question: str, *keys: str) -> None:
        """Wait for `question`, then type."""
        self.see(question)
        for key in keys:
            self._child.send(key)

    def end(self) -> int:
        """Wait until the program ends; its exit status."""
        while self._read():
            pass
        self._child.close()
        return int(self._child.exitstatus) if self._child.exitstatus is not None else -1

    def screen(self) -> str:
        return "\n".join(self._screen.lines())

    def _read(self) -> bool:
        try:
            self._rest = self._screen.feed(self._rest + self._child.read_nonblocking(65536, PATIENCE))
        except (pexpect.EOF, pexpect.TIMEOUT):
            return False
        return True
