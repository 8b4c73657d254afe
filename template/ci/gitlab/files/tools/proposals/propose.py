"""Open a merge request with what proposal.py kept, or bring the open one up to date. It runs git alone."""

from __future__ import annotations

import os
import sys

from tools.proposals.proposal import TITLES, branch, git, touched

#: The job's own token, which git asks for when it needs it, so that no command line holds it.
SIGN_IN = 'credential.helper=!f() { echo username=gitlab-ci-token; echo "password=$CI_JOB_TOKEN"; }; f'


def main(target: str, base: str) -> None:
    if not touched():
        print("propose: nothing changed")
        return
    name = branch(target)
    # GitLab opens the merge request as it takes the push; where one is open for the branch, it changes.
    options = ("merge_request.create", f"merge_request.target={base}", f"merge_request.title={TITLES[target]}")
    words = [word for option in options for word in ("--push-option", option)]
    address = f"{os.environ['CI_SERVER_URL']}/{os.environ['CI_PROJECT_PATH']}.git"
    signed_in = ("-c", "credential.helper=", "-c", SIGN_IN)
    git(*signed_in, "push", "--quiet", "--force", *words, address, f"{name}:refs/heads/{name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
