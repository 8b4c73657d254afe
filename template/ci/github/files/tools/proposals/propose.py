"""Open a pull request with what proposal.py kept, or bring the open one up to date. It runs git and gh alone."""

from __future__ import annotations

import json
import subprocess
import sys

from tools.proposals.proposal import TITLES, body, branch, git, touched

NOTE = (
    "\n\nGitHub starts no workflow for what its own token opens: close this and open it again to have it checked.\n"
    "It stays open for further weeks, and changes with them.\n"
)
BY_HAND = (
    "\n\nIt changes workflows, which the token of a workflow may not push. On your machine, in a branch of its own:\n\n"
    "    make {target}\n"
)


def gh(*words: str, text: str = "") -> str:
    """What gh answers; ends the program with its own words where it refuses."""
    done = subprocess.run(["gh", *words], input=text, capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        sys.exit(f"propose: gh {' '.join(words[:2])}: {done.stderr.strip()}")
    return done.stdout


def tell(target: str) -> None:
    """An issue in the place of what may not be pushed; one at a time."""
    title = TITLES[target]
    issues = json.loads(gh("issue", "list", "--state", "open", "--limit", "200", "--json", "title"))
    if title not in {issue["title"] for issue in issues}:
        gh("issue", "create", "--title", title, "--body-file", "-", text=body() + BY_HAND.format(target=target))


def request(target: str, base: str) -> None:
    """A pull request, or a new state of the one that is open."""
    name = branch(target)
    gh("auth", "setup-git")
    git("push", "--quiet", "--force", "origin", f"{name}:refs/heads/{name}")
    if not json.loads(gh("pr", "list", "--head", name, "--state", "open", "--json", "number")):
        words = ("--base", base, "--head", name, "--title", TITLES[target], "--body-file", "-")
        gh("pr", "create", *words, text=body() + NOTE)


def main(target: str, base: str) -> None:
    files = touched()
    if not files:
        print("propose: nothing changed")
    elif any(name.startswith(".github/workflows/") for name in files):
        tell(target)
    else:
        request(target, base)


if __name__ == "__main__":
    main(*sys.argv[1:])
