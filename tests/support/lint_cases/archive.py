"""Archives that are unpacked whole, and members that are read."""

from __future__ import annotations

UNTOUCHED = {
    "a filter": 'tarfile.open("a.tar").extractall("to", filter="data")',
    "a filter of shutil": 'shutil.unpack_archive("a.tar", "to", filter="data")',
    "a member": 'zipfile.ZipFile("a.zip").open("table.json").read(1000)',
}

CAUGHT = {
    "a tar": 'tarfile.open("a.tar").extractall("to")',
    "a tar with another filter": 'tarfile.open("a.tar").extractall("to", filter="fully_trusted")',
    "a zip": 'zipfile.ZipFile("a.zip").extractall("to")',
    "shutil": 'shutil.unpack_archive("a.zip")',
}
