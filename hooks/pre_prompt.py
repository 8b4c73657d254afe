"""Puts the folder that cookiecutter looks for into its temporary copy of this repository; `extension` names it."""

import os

os.mkdir("{{holdfast(cookiecutter)}}")  # noqa: PTH102 - nothing here may need a Python that is not old
