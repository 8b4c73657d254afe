"""SQL that is fixed, and SQL that is built."""

from __future__ import annotations

UNTOUCHED = {
    "a literal with parameters": 'database.execute("SELECT * FROM orders WHERE id = %s", [event.id])',
    "named parameters": 'cursor.execute("SELECT 1 FROM orders WHERE id = :id", {"id": event.text})',
    "literals side by side": 'cursor.execute("SELECT * " "FROM orders")',
    "a constant of the module": """
        QUERY = "DELETE FROM orders WHERE id = ?"
        ...
        cursor.execute(QUERY, (event.id,))
    """,
    "a constant made of constants": """
        COLUMNS = "id, name"
        QUERY = f"SELECT {COLUMNS} FROM orders"
        ...
        cursor.execute(QUERY)
    """,
    "a constant of another module": """
        cursor.execute(COUNT)
        cursor.execute(queries.COUNT)
        cursor.execute(Query.COUNT)
        cursor.execute(Query.COUNT.value)
        cursor.execute(BY_STATE[event.text])
        cursor.execute(BY_STATE.get(event.text, "SELECT 3"))
    """,
    "a constant of a class": """
        class Queries:
            COUNT = "SELECT count(*) FROM orders"

        class Store:
            INSERT = "INSERT INTO orders VALUES (?)"

            def save(self, cursor, order_id):
                cursor.execute(self.INSERT, (order_id,))
        ...
        cursor.execute(Queries.COUNT)
    """,
    "a constant beside an attribute of its name": """
        QUERY = "SELECT 1"

        class Store:
            QUERY = input()

            def read(self, cursor):
                cursor.execute(QUERY)
        ...
        return None
    """,
    "a local of constants": """
        query = "SELECT * FROM orders"
        if event.count:
            query += " LIMIT 10"
        cursor.execute(query)
    """,
    "a choice from a table": """
        ORDERS = {"open": "SELECT 1", "closed": "SELECT 2"}
        ...
        cursor.execute(ORDERS[event.text])
        cursor.execute(ORDERS.get(event.text, "SELECT 3"))
    """,
    "a column from a table": """
        COLUMNS = {"name": "name", "when": "created_at"}
        ...
        column = COLUMNS[event.text]
        cursor.execute("SELECT * FROM orders ORDER BY " + column)
    """,
    "an either-or": 'cursor.execute("SELECT 1" if event.text else "SELECT 2")',
    "placeholders, as many as there are values": """
        marks = ", ".join("?" for _ in event.files)
        cursor.execute("SELECT * FROM orders WHERE id IN (" + marks + ")", event.files)
        cursor.execute("SELECT * FROM orders WHERE id IN (" + ", ".join(["?"] * len(event.files)) + ")", event.files)
        cursor.execute("SELECT 1 WHERE " + " OR ".join(":id" + str(n) for n, _ in enumerate(event.files)), {})
    """,
    "statements of a loop": """
        for statement in ("CREATE TABLE a (id text)", "CREATE TABLE b (id text)"):
            cursor.execute(statement)
    """,
    "parts that are collected": """
        parts = ["SELECT * FROM orders"]
        if event.name:
            parts.append("WHERE name = :name")
        cursor.execute(" ".join(parts), {"name": event.name})
    """,
    "a table from the environment": 'cursor.execute("SELECT * FROM " + os.getenv("TABLE", "orders"))',
    "a setting": "cursor.execute(settings.QUERY)",
    "SQLAlchemy's expressions": """
        from sqlalchemy import select
        ...
        statement = select(orders).where(orders.c.id == event.id).limit(event.count)
        session.execute(statement)
        session.execute(sqlalchemy.insert(orders).values(id=event.id))
    """,
    "SQLAlchemy's text with parameters": """
        session.execute(sqlalchemy.text("SELECT 1 FROM orders WHERE id = :id"), {"id": event.id})
    """,
    "psycopg's identifiers": """
        query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(event.name))
        cursor.execute(query)
    """,
    "the RDS data API": """
        client.execute_statement(
            resourceArn=settings.CLUSTER,
            sql="UPDATE orders SET name = :name",
            parameters=[{"name": "name", "value": {"stringValue": event.name}}],
        )
    """,
    "PartiQL with parameters": """
        client.execute_transaction(
            TransactStatements=[
                {"Statement": "INSERT INTO orders VALUE {'id': ?}", "Parameters": [{"S": file}]} for file in event.files
            ]
        )
    """,
    "Athena with parameters": """
        client.start_query_execution(QueryString="SELECT * FROM t WHERE id = ?", ExecutionParameters=[event.id])
    """,
    "arguments beside the text": 'client.execute_statement(sql="SELECT 1", **event.model_dump())',
    "keywords of a query of DynamoDB": "resources.orders().query(**event.model_dump())",
    "a query of DynamoDB": 'resources.orders().query(KeyConditionExpression="id = :id", Limit=event.count)',
    "an execute that takes no text": """
        use_case.execute(event)
        pipeline.execute()
    """,
    "arguments of asyncpg": """
        import asyncpg

        async def read(pool: asyncpg.Pool, order_id: str) -> list:
            await pool.fetchrow("SELECT 1 FROM orders WHERE id = $1", order_id)
            await pool.fetchval("SELECT 1 FROM orders WHERE id = $1", order_id)
            return await pool.fetch("SELECT 1 FROM orders WHERE id = $1", order_id)
        ...
        return None
    """,
    "what others fetch": """
        class Orders:
            def fetch(self, name: str) -> str:
                return name

        def read(orders: Orders, name: str) -> str:
            return orders.fetch(name)
        ...
        read(Orders(), event.name)
        settings.QUEUE.fetch(f"/orders/{event.id}")
        response.raw(event.text)
    """,
    "execute by another name": """
        run = cursor.execute
        run("SELECT 1 FROM orders WHERE id = %s", (event.id,))
    """,
    "a driver's own": 'connection.exec_driver_sql("SELECT 1 FROM orders WHERE id = %s", (event.id,))',
}

CAUGHT = {
    "an f-string": 'cursor.execute(f"SELECT * FROM orders WHERE name = {event.name}")',
    "a sum": 'cursor.execute("SELECT * FROM orders WHERE name = " + event.name)',
    "a percent sign": """cursor.execute("SELECT * FROM orders WHERE name = '%s'" % event.name)""",
    "format": """cursor.execute("SELECT * FROM orders WHERE name = '{}'".format(event.name))""",
    "format, in a variable": """
        template = "SELECT * FROM orders WHERE name = '{}'"
        cursor.execute(template.format(event.name))
    """,
    "a variable": """
        query = f"SELECT * FROM orders WHERE name = '{event.name}'"
        cursor.execute(query)
    """,
    "a sum in steps": """
        query = "SELECT * FROM orders"
        query += " WHERE name = " + event.name
        cursor.execute(query)
    """,
    "a value that comes later": """
        query = "SELECT * FROM orders"
        for _ in range(2):
            cursor.execute(query)
            query = event.text
    """,
    "parts that are collected": """
        parts = ["SELECT * FROM orders WHERE"]
        parts.append("name = " + event.name)
        cursor.execute(" ".join(parts))
    """,
    "parts that an object collects": """
        class Query:
            def __init__(self, name):
                self.parts = ["SELECT 1"]
                self.parts.append(name)

            def run(self, cursor):
                cursor.execute(" ".join(self.parts))
        ...
        return None
    """,
    "a name that is quoted": 'cursor.execute("SELECT * FROM orders WHERE name = " + repr(event.name))',
    "a number that is formatted": 'cursor.execute("SELECT * FROM orders LIMIT " + str(event.count))',
    "a key of a table that is not fixed": """
        COLUMNS = {"name": "name"}
        ...
        COLUMNS[event.name] = event.name
        cursor.execute("SELECT * FROM orders ORDER BY " + COLUMNS[event.name])
    """,
    "what a table does not hold": """
        COLUMNS = {"name": "name"}
        ...
        cursor.execute("SELECT * FROM orders ORDER BY " + COLUMNS.get(event.name, event.name))
    """,
    "an attribute that is no constant": """
        class Store:
            QUERY = input()

            def read(self, cursor):
                cursor.execute(self.QUERY)
        ...
        return None
    """,
    "a parameter": """
        def run(cursor, query):
            cursor.execute(query)
        ...
        return None
    """,
    "a constant that a function changes": """
        QUERY = "SELECT 1"

        def change(name):
            global QUERY
            QUERY = name
        ...
        cursor.execute(QUERY)
    """,
    "a name of another module that is no constant": "cursor.execute(built)",
    "a member of another module that is no constant": "cursor.execute(Query.BUILT)",
    "what another module's table does not hold": "cursor.execute(BY_STATE.get(event.text, event.text))",
    "unpacked arguments": "cursor.execute(*event.files)",
    "unpacked keywords": "client.execute_statement(**event.model_dump())",
    "a result": "cursor.execute(resources.orders().get_item(Key={})['Item']['query'])",
    "a method of the handler's caller": """
        def statement(order):
            return "SELECT " + order.name
        ...
        cursor.execute(statement(event))
    """,
    "a list of a comprehension": 'cursor.execute(" OR ".join("name = " + name for name in event.files))',
    "executemany": 'cursor.executemany("INSERT INTO " + event.name, [])',
    "executescript": "cursor.executescript(event.text)",
    "by keyword": "session.execute(statement=event.text)",
    "SQLAlchemy's text": 'session.execute(sqlalchemy.text("SELECT " + event.name))',
    "psycopg's SQL": 'cursor.execute(sql.SQL("SELECT " + event.name).format())',
    "the RDS data API": 'client.execute_statement(sql="SELECT " + event.name)',
    "several of the RDS data API": 'client.batch_execute_statement(Sqls=["SELECT 1", "SELECT " + event.name])',
    "PartiQL": 'client.execute_statement(Statement="SELECT * FROM " + event.name)',
    "PartiQL in a transaction": """
        client.execute_transaction(TransactStatements=[{"Statement": name, "Parameters": []} for name in event.files])
    """,
    "Athena": 'client.start_query_execution(QueryString=f"SELECT {event.name}")',
    "a query of logs": 'client.start_query(queryString="filter " + event.name)',
    "a query of S3": "client.select_object_content(Expression=event.text)",
    "asyncpg, all": "pool.fetch(f\"SELECT * FROM orders WHERE name = '{event.name}'\")",
    "asyncpg, all, in a variable": """
        query = f"select * from orders order by {event.text}"
        pool.fetch(query)
    """,
    "asyncpg, all, of a parameter": """
        import asyncpg

        async def read(pool: asyncpg.Pool, query: str) -> list:
            return await pool.fetch(query)
        ...
        return None
    """,
    "asyncpg, a row": 'pool.fetchrow("SELECT * FROM " + event.text)',
    "asyncpg, a value": "pool.fetchval(event.text)",
    "SQLAlchemy's driver": 'connection.exec_driver_sql("SELECT * FROM %s" % event.text)',
    "Django": """Order.objects.raw("SELECT * FROM orders WHERE name = '{}'".format(event.name))""",
    "Django, of a variable": """
        from django.db import models
        ...
        query = event.text
        models.Model.objects.raw(query)
    """,
    "execute by another name": """
        run = cursor.execute
        run(f"SELECT * FROM orders WHERE name = '{event.name}'")
    """,
    "execute by another name of the module": """
        database = queries.built
        run = database.execute
        ...
        run(event.text)
    """,
    "a function by another name": """
        text = sqlalchemy.text
        ...
        text(f"name = '{event.name}'")
    """,
    "execute, prepared": """
        from functools import partial
        ...
        partial(cursor.execute, f"SELECT * FROM orders WHERE name = '{event.name}'")()
    """,
}
