"""Every call of git. The user's hooks, filters and signing agents have no part in what is read here."""

from holdfast.git.entries import EXECUTABLE as EXECUTABLE
from holdfast.git.entries import FILE as FILE
from holdfast.git.entries import LINK as LINK
from holdfast.git.entries import Entry as Entry
from holdfast.git.fetching import read_commit as read_commit
from holdfast.git.fetching import tags as tags
from holdfast.git.merging import BASE as BASE
from holdfast.git.merging import OURS as OURS
from holdfast.git.merging import THEIRS as THEIRS
from holdfast.git.merging import Merged as Merged
from holdfast.git.merging import Side as Side
from holdfast.git.merging import merge as merge
from holdfast.git.repository import Repository as Repository
from holdfast.git.repository import find as find
from holdfast.git.repository import listed_outside as listed_outside
from holdfast.git.running import require as require
from holdfast.git.running import without_password as without_password
from holdfast.git.starting import Started as Started
from holdfast.git.starting import enclosing as enclosing
from holdfast.git.starting import start as start
