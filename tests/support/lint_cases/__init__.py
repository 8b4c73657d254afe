"""Code that the lint of a service must accept or catch: a module for each rule, with a table of each.

A text is the body of a handler. What stands above a line of three dots stands above the handler.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from textwrap import dedent, indent

#: The model that all these handlers take.
MODEL = '''\
"""What the cases take."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ...guard import Ident, Line, Payload, Text
from ...guard.addresses import HttpsUrl
from ...guard.names import AnyS3Key, S3Key

Hook = Annotated[str, HttpsUrl("hooks.example.com")]
Hooks = list["Hooks | Hook"]


class Colour(StrEnum):
    RED = "red"


class Customer(Payload):
    name: Line
    hook: Hook


class Base(Payload):
    id: Ident


class Order(Base):
    text: Text
    name: Line
    file: Annotated[Ident, Field(description="a name")]
    files: list[Ident]
    renamed: dict[Ident, Ident]
    key: S3Key
    any_key: AnyS3Key
    count: int
    nothing: None
    token: UUID | None
    state: Literal["open", "closed"]
    colour: Colour
    hook: Annotated[str, HttpsUrl("hooks.example.com")]
    spare: Hook | None
    hooks: list[Hook]
    nested: Hooks
    either: Hook | Line
    customer: Customer
    customers: tuple[Customer, ...]
'''

ABOVE = '''\
"""A case."""

import asyncio
import http.client
import io
import json
import operator
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
import zipfile
from importlib import import_module
from pathlib import Path
from string import Template
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
import boto3
import httpx
import jinja2
import requests
import sqlalchemy
import urllib3
from botocore.exceptions import ClientError
from psycopg import sql

from ... import resources, settings
from ...guard import Context, annotate, guarded, log, metric, span
from ...guard.failure import kind_of
from ...guard.sources.sqs import sqs
from .event import Order
from . import queries
from .queries import BY_STATE, COUNT, Query, built
'''

HANDLER = """\


@guarded(sqs(Order))
def handler(event: Order, context: Context) -> object:
"""

#: Another module of the same function.
QUERIES = '''\
"""SQL."""

from enum import StrEnum

TABLE = "orders"
COUNT = "SELECT count(*) FROM " + TABLE
BY_STATE = {"open": "SELECT 1", "closed": "SELECT 2"}
built = input()


class Query(StrEnum):
    COUNT = COUNT
    BUILT = built
'''


def module(text: str) -> str:
    """The module that a text of a table stands for."""
    above, dots, body = dedent(text).strip("\n").rpartition("...\n")
    return f"{ABOVE}{above if dots else ''}{HANDLER}{indent(body, '    ')}\n"


def tables() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Each rule's untouched and caught texts, by their names."""
    found = {}
    for each in iter_modules(__path__):
        if each.name.startswith("_"):
            continue
        cases = import_module(f"{__name__}.{each.name}")
        found[each.name.replace("_", "-")] = (cases.UNTOUCHED, cases.CAUGHT)
    return found
