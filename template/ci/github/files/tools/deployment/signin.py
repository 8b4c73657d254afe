"""Ask GitHub for this job's identity, and leave it where every AWS SDK looks: no key is stored anywhere.

AWS_WEB_IDENTITY_TOKEN_FILE says where that is, AWS_ROLE_ARN which role takes it. A token counts for some minutes, so
each step that goes to AWS asks anew.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

AUDIENCE = "sts.amazonaws.com"
SECONDS = 30


def main() -> None:
    address, bearer = (os.getenv(f"ACTIONS_ID_TOKEN_REQUEST_{end}", "") for end in ("URL", "TOKEN"))
    file, role = os.getenv("AWS_WEB_IDENTITY_TOKEN_FILE", ""), os.getenv("AWS_ROLE_ARN", "")
    if not address or not bearer:
        sys.exit("signin: this is no job on GitHub that may ask who it is (permissions: id-token: write)")
    if not file or not role:
        sys.exit("signin: no AWS_ROLE_ARN: the stage's environment names the role of platform/deploy.yaml")
    # Whatever speaks here is GitHub's own, as its runner says.
    request = Request(f"{address}&audience={AUDIENCE}", headers={"Authorization": f"Bearer {bearer}"})  # noqa: S310
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            token = json.load(answer)["value"]
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"signin: GitHub gave no token: {type(error).__name__}")
    place = Path(file)
    place.unlink(missing_ok=True)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(token)


if __name__ == "__main__":
    main()
