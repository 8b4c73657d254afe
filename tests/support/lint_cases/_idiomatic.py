"""Handlers as people write them: neither lint nor ruff has anything to say about them."""

from __future__ import annotations

MODULES = {
    "a webhook": '''\
        """Tell the customer's own system."""

        import httpx

        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order

        _client = httpx.Client(timeout=5)


        class NotTold(Exception):
            """The customer's system did not take it."""


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> None:
            """Post the order's state."""
            try:
                answer = _client.post(event.hook, json={"id": event.id, "state": event.state})
                answer.raise_for_status()
            except httpx.HTTPStatusError as error:
                log.warning("customer refused", id=event.id, status=error.response.status_code)
                raise NotTold("the customer's system refused") from error
            except httpx.HTTPError as error:
                log.warning("customer unreachable", id=event.id, error=error)
                raise
            log.info("customer told", id=event.id)
    ''',
    "a database": '''\
        """Keep orders in PostgreSQL."""

        from collections.abc import Iterator
        from contextlib import contextmanager
        from functools import cache

        import psycopg
        from psycopg import sql
        from psycopg.rows import dict_row

        from ... import settings
        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order

        INSERT = """
            INSERT INTO orders (id, state, text) VALUES (%(id)s, %(state)s, %(text)s)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state
        """
        ORDERS = {
            "newest": "SELECT id, state FROM orders WHERE name = %s ORDER BY created_at DESC",
            "state": "SELECT id, state FROM orders WHERE name = %s ORDER BY state",
        }


        @cache
        def _connection() -> psycopg.Connection:
            return psycopg.connect(settings.DATABASE, row_factory=dict_row)


        @contextmanager
        def _cursor() -> Iterator[psycopg.Cursor]:
            with _connection().transaction(), _connection().cursor() as cursor:
                yield cursor


        def sorted_by(order: Order) -> list[dict[str, object]]:
            """The customer's orders."""
            with _cursor() as cursor:
                cursor.execute(ORDERS[order.text], (order.name,))
                return list(cursor)


        def columns(table: str) -> sql.Composed:
            """A query of a table that is named at run time."""
            return sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> None:
            """Write the order, once."""
            with _cursor() as cursor:
                cursor.execute(INSERT, event.model_dump(mode="json"))
                cursor.executemany("INSERT INTO files VALUES (%s, %s)", [(event.id, file) for file in event.files])
            log.info("order kept", id=event.id, count=len(event.files))
    ''',
    "a conditional write": '''\
        """Take an order only once."""

        from http import HTTPStatus

        from botocore.exceptions import ClientError

        from ... import resources
        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> dict[str, object]:
            """Answer 409 to a second one."""
            try:
                resources.orders().put_item(
                    Item=event.model_dump(mode="json"), ConditionExpression="attribute_not_exists(id)"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                log.info("order known", id=event.id)
                return {"status": HTTPStatus.CONFLICT, "message": "the order is known"}
            return {"status": HTTPStatus.CREATED}
    ''',
    "retries": '''\
        """Ask a service that is busy at times."""

        import time
        from urllib.parse import quote

        import httpx

        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order

        RATES = "https://rates.example.com/v1"
        TOO_MANY = 429


        def rate(name: str) -> bytes:
            """The rate of a currency, after three tries."""
            last: Exception | None = None
            for attempt in range(3):
                try:
                    return httpx.get(f"{RATES}/{quote(name, safe='')}", timeout=3).raise_for_status().content
                except httpx.HTTPStatusError as error:
                    if error.response.status_code != TOO_MANY:
                        raise
                    last = error
                except httpx.TransportError as error:
                    last = error
                log.warning("rates unavailable", attempt=attempt, error=last)
                time.sleep(2**attempt)
            raise RuntimeError("rates unavailable") from last


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> None:
            """Price the order."""
            log.info("order priced", id=event.id, size=len(rate(event.name)))
    ''',
    "a file for a moment": '''\
        """Turn an object into a report."""

        import csv
        import json
        import tempfile
        from pathlib import Path

        from ... import resources
        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order

        TEMPLATE = Path(__file__).with_name("report.txt").read_text("utf-8")


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> None:
            """Write a report beside the object."""
            with tempfile.TemporaryDirectory() as folder:
                report = Path(folder) / f"{event.id}.csv"
                with report.open("w", newline="", encoding="utf-8") as file:
                    rows = csv.writer(file)
                    for customer in event.customers:
                        rows.writerow([customer.name, json.dumps(customer.name)])
                resources.files().upload_file(str(report), event.key)
            text = TEMPLATE.format(name=event.name, share=f"{100 * event.count / 7:.1f} %")
            resources.files().put_object(Key=f"{event.key}.txt", Body=text.encode())
            log.info("report written", id=event.id)
    ''',
    "settings": '''\
        """What the service is told."""

        import os
        from functools import lru_cache

        from aws_lambda_powertools.utilities import parameters

        API = os.getenv("API", "https://api.example.com")
        TIMEOUT = float(os.getenv("TIMEOUT", "3"))


        @lru_cache(maxsize=1)
        def token() -> str:
            """The key of the API, asked for once."""
            return str(parameters.get_secret("orders/api"))
    ''',
    "asyncpg and mail": '''\
        """Look an order up, and tell somebody."""

        import asyncio
        import smtplib
        from email.message import EmailMessage

        import asyncpg

        from ... import settings
        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order

        BY_ID = "SELECT id, state FROM orders WHERE id = $1"


        class NotFound(Exception):
            """There is no such order."""


        async def _read(order_id: str) -> asyncpg.Record:
            connection = await asyncpg.connect(settings.DATABASE)
            try:
                found = await connection.fetchrow(BY_ID, order_id)
                if found is None:
                    raise NotFound
                await connection.fetch("SELECT 1 FROM files WHERE order_id = $1", order_id)
                return found
            finally:
                await connection.close()


        def _tell(order: Order, state: str) -> None:
            message = EmailMessage()
            message["Subject"] = f"Order {order.id}"
            message.set_content(f"Dear {order.name}, your order is {state}.")
            with smtplib.SMTP_SSL(settings.MAIL_HOST, timeout=5) as server:
                server.send_message(message)


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> None:
            """Tell the customer what state an order is in."""
            found = asyncio.run(_read(event.id))
            _tell(event, found["state"])
            log.info("customer told", id=event.id)
    ''',
    "pages and a cache": '''\
        """Read a page of one's own, and remember it."""

        import os
        import tempfile
        from collections.abc import Callable

        import httpx
        from bs4 import BeautifulSoup

        from ... import settings
        from ...guard import Context, guarded, log
        from ...guard.sources.sqs import sqs
        from .event import Order

        _pages: dict[str, str] = {}
        _read: Callable[..., httpx.Response] = httpx.get


        class Titles:
            """Titles by the name of their page."""

            def __init__(self) -> None:
                self.options = {"timeout": 5, "verify": True}
                self._known: dict[str, str] = {}

            def fetch(self, name: str) -> str:
                """The title of a page."""
                page = _read(f"{settings.API}/pages/{name}", **self.options)
                soup = BeautifulSoup(page.text, "html.parser")
                self._known.update({name: str(soup.title)})
                return self._known[name]


        @guarded(sqs(Order))
        def handler(event: Order, context: Context) -> None:
            """Keep the title in a file."""
            titles = Titles()
            _pages[event.id] = titles.fetch(event.id)
            descriptor, path = tempfile.mkstemp()
            os.write(descriptor, _pages[event.id].encode())
            os.close(descriptor)
            os.unlink(path)
            limit = settings.LIMITS.get("sqs", {}).get("bytes", 0)
            log.info("title kept", id=event.id, limit=limit)
    ''',
}
