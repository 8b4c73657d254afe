"""Requests to addresses of the service's own, of an `HttpsUrl`, and of anybody's."""

from __future__ import annotations

UNTOUCHED = {
    "a literal": 'requests.post("https://api.example.com/orders", json=event.model_dump(), timeout=5)',
    "a constant": """
        API = "https://api.example.com"
        ...
        httpx.get(API)
        httpx.get(API + "/orders/" + event.id)
        httpx.get(f"{API}/orders/{event.id}")
        httpx.get("{}/orders".format(API))
    """,
    "a setting": 'httpx.get(f"{settings.API}/orders/{event.id}", params={"name": event.name})',
    "the environment": 'httpx.get(os.getenv("API", ""))',
    "a host of the environment": """httpx.get(f"https://{os.getenv('HOST')}/orders/{event.id}")""",
    "a secret": 'httpx.post(resources.hook().get_secret_value()["SecretString"], json={})',
    "a literal with values in its path": """
        httpx.get(f"https://api.example.com/orders/{quote(event.name)}")
        httpx.get("https://api.example.com/orders/" + event.id)
        httpx.get("https://api.example.com/orders/{}".format(event.id))
        httpx.get("https://api.example.com/orders/%s" % event.id)
    """,
    "a variable with values in its path": """
        address = f"https://api.example.com/orders/{event.id}"
        httpx.get(address)
    """,
    "a request of urllib": """
        request = urllib.request.Request(f"https://api.example.com/orders/{event.id}", method="PUT")
        urllib.request.urlopen(request)
        urllib.request.urlopen(urllib.request.Request("https://api.example.com/orders"))
    """,
    "a client with a fixed address": """
        client = httpx.Client(base_url=settings.API)
        ...
        client.get(f"/orders/{event.id}")
        client.request("PUT", "/orders")
    """,
    "a session": """
        with requests.Session() as session:
            session.get("https://api.example.com/orders", timeout=5)
    """,
    "a session of a function": """
        def session():
            return requests.Session()
        ...
        session().get("https://api.example.com/orders", timeout=5)
    """,
    "a host": 'http.client.HTTPSConnection("api.example.com")',
    "an endpoint": 'boto3.client("sqs", endpoint_url=os.getenv("SQS"))',
    "an HttpsUrl, with httpx": """
        httpx.post(event.hook, json={})
        httpx.post(event.hook, json={}, follow_redirects=False)
        httpx.stream("GET", event.hook)
    """,
    "an HttpsUrl, with requests": "requests.post(event.hook, json={}, timeout=5, allow_redirects=False)",
    "an HttpsUrl, with urllib3": """
        urllib3.request("POST", event.hook, redirect=False)
        urllib3.PoolManager().request("POST", event.hook, redirect=False)
    """,
    "an HttpsUrl, with aiohttp": """
        async def notify(order: Order) -> None:
            async with aiohttp.ClientSession() as session:
                await session.post(order.hook, allow_redirects=False)
        ...
        asyncio.run(notify(event))
    """,
    "an HttpsUrl's host": """
        http.client.HTTPSConnection(urlsplit(event.hook).hostname)
    """,
    "an HttpsUrl that may be absent": "httpx.post(event.spare)",
    "an address of httpx": 'httpx.get(httpx.URL(f"https://api.example.com/orders/{event.id}"))',
    "a parameter of the owner's": """
        from aws_lambda_powertools.utilities import parameters
        ...
        httpx.get(parameters.get_parameter("/orders/hook"))
        httpx.get(parameters.get_secret("hook"))
    """,
    "one of two addresses of one's own": """
        httpx.get(f"https://a.example.com/{event.id}" if event.count else f"https://b.example.com/{event.id}")
    """,
    "one of two HttpsUrls": """
        httpx.post(event.hook if event.count else event.spare)
    """,
    "an HttpsUrl in a variable": """
        hook = event.hook
        httpx.post(hook)
    """,
    "an HttpsUrl of a loop": """
        for hook in event.hooks:
            httpx.post(hook)
        httpx.post(event.hooks[0])
    """,
    "an HttpsUrl of a model in the model": """
        httpx.post(event.customer.hook)
        for customer in event.customers:
            httpx.post(customer.hook)
    """,
    "an HttpsUrl of a recursive type": "httpx.post(event.nested[0][0])",
    "an HttpsUrl in another function": """
        def notify(order: Order) -> None:
            httpx.post(order.hook)
        ...
        notify(event)
    """,
    "an HttpsUrl in a function of quoted types": """
        def notify(order: "Order") -> None:
            httpx.post(order.hook)
        ...
        notify(event)
    """,
    "no request": """
        resources.orders().get_item(Key={"id": event.id})
        cache = {}
        cache.get(event.name)
        event.model_dump().get("name")
    """,
    "a mail server": """
        import smtplib
        ...
        with smtplib.SMTP_SSL(settings.MAIL_HOST, 465, timeout=5) as server:
            server.sendmail("a@example.com", [event.text], event.text)
    """,
    "a socket": """
        import socket
        ...
        with socket.socket() as connection:
            connection.connect(("api.example.com", 443))
            connection.sendall(event.text.encode())
        socket.create_connection((urlsplit(event.hook).hostname, 443))
    """,
    "other things that connect": """
        import psycopg
        ...
        psycopg.connect(settings.DATABASE)
        event.connect(event.text)
        resources.bus().connect(event.text)
    """,
    "a web socket": """
        import websockets

        async def tell(order: Order) -> None:
            async with websockets.connect("wss://api.example.com/orders") as connection:
                await connection.send(order.text)
        ...
        asyncio.run(tell(event))
    """,
}

CAUGHT = {
    "a field of text, with requests": "requests.get(event.text, timeout=5, allow_redirects=False)",
    "a field of text, with httpx": "httpx.get(event.text)",
    "a field of text, with urllib": "urllib.request.urlopen(event.text)",
    "a field of text, with a request of urllib": "urllib.request.urlopen(urllib.request.Request(event.text))",
    "a field of text, with urllib3": 'urllib3.request("GET", event.text, redirect=False)',
    "a field of text, with http.client": "http.client.HTTPSConnection(event.text)",
    "a field of text, by keyword": 'requests.request("GET", url=event.text, timeout=5)',
    "a field of text, on a session": """
        with requests.Session() as session:
            session.get(event.text, timeout=5)
    """,
    "a field of text, on a session of the module": """
        client = httpx.Client()
        ...
        client.request("GET", event.text)
    """,
    "a field of text, on a session of an object": """
        class Hooks:
            def __init__(self):
                self.client = httpx.Client()

            def call(self, order: Order):
                self.client.get(order.text)
        ...
        return None
    """,
    "a field of text, on a session of a function": """
        from functools import cache

        @cache
        def session():
            return requests.Session()
        ...
        session().get(event.text, timeout=5)
    """,
    "a field of text, on a session that is made late": """
        _client = None

        def client():
            global _client
            if _client is None:
                _client = httpx.Client()
            return _client
        ...
        client().get(event.text)
    """,
    "a field of text, on a session that is given": """
        def notify(client: httpx.Client, order: Order):
            client.post(order.text)
        ...
        return None
    """,
    "a field of text, with an opener": "urllib.request.build_opener().open(event.text)",
    "unpacked arguments": "httpx.get(*event.files)",
    "unpacked keywords": "httpx.get(**event.model_dump())",
    "a client with a base": "httpx.Client(base_url=event.text)",
    "an endpoint": 'boto3.client("apigatewaymanagementapi", endpoint_url=event.text)',
    "a field that may be text": "httpx.get(event.either)",
    "a host": 'httpx.get(f"https://{event.name}/orders")',
    "a subdomain": 'httpx.get(f"https://{event.name}.example.com/orders")',
    "the end of a host": 'httpx.get("https://api.example.com" + event.text)',
    "the end of a setting": 'httpx.get(f"{settings.API}{event.text}")',
    "a port": 'httpx.get(f"http://localhost:{int(event.count)}/orders")',
    "userinfo": 'httpx.get("https://api.example.com@{}/".format(event.text))',
    "a scheme and a host": 'httpx.get(f"{settings.SCHEME}://{event.text}/")',
    "a relative address that names a host": 'httpx.get(f"/{event.text}")',
    "a joined address": 'httpx.get(urljoin("https://api.example.com/", event.text))',
    "an HttpsUrl that is made longer": 'httpx.get(f"{event.hook}.example.org")',
    "an HttpsUrl that is replaced": """
        hook = event.hook
        if event.text:
            hook = event.text
        httpx.get(hook)
    """,
    "one of two": 'httpx.get("https://api.example.com/" if event.count else event.text)',
    "an address of one's own that is replaced": """
        address = f"https://api.example.com/orders/{event.id}"
        if event.text:
            address = event.text
        httpx.get(address)
    """,
    "a parameter": """
        def fetch(address: str) -> None:
            httpx.get(address)
        ...
        fetch(event.hook)
    """,
    "data": 'httpx.get(resources.orders().get_item(Key={"id": event.id})["Item"]["hook"])',
    "an answer": 'httpx.get(httpx.get("https://api.example.com/next").json()["next"])',
    "an HttpsUrl, and redirects of requests": "requests.get(event.hook, timeout=5)",
    "an HttpsUrl, and redirects of a session": """
        session = requests.Session()
        session.get(event.hook, timeout=5, allow_redirects=True)
    """,
    "an HttpsUrl, and redirects of httpx": "httpx.get(event.hook, follow_redirects=True)",
    "an HttpsUrl, and redirects of a client": """
        client = httpx.Client(follow_redirects=True)
        client.get(event.hook)
    """,
    "an HttpsUrl, and redirects of urllib": "urllib.request.urlopen(event.hook)",
    "an HttpsUrl, and redirects of urllib3": 'urllib3.request("GET", event.hook)',
    "an HttpsUrl, and redirects of aiohttp": """
        async def notify(order: Order) -> None:
            async with aiohttp.ClientSession() as session:
                await session.get(order.hook)
        ...
        asyncio.run(notify(event))
    """,
    "a mail server, by its name": """
        import smtplib
        ...
        smtplib.SMTP(event.text)
    """,
    "a mail server with TLS": """
        import smtplib
        ...
        smtplib.SMTP_SSL(host=event.text)
    """,
    "a mail server, later": """
        import smtplib
        ...
        with smtplib.SMTP(timeout=5) as server:
            server.connect(event.text, 25)
    """,
    "a server of files": """
        from ftplib import FTP
        ...
        FTP(event.text)
    """,
    "a server of files with TLS": """
        import ftplib
        ...
        ftplib.FTP_TLS(event.text, timeout=5)
    """,
    "a socket": """
        import socket
        ...
        socket.socket().connect((event.text, 80))
    """,
    "a socket in a variable": """
        import socket
        ...
        with socket.socket() as connection:
            connection.connect_ex((event.text, 80))
    """,
    "a socket that sends": """
        import socket
        ...
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", (event.text, 80))
    """,
    "a port of a host of an HttpsUrl": """
        import socket
        ...
        socket.create_connection((urlsplit(event.hook).hostname, event.count))
    """,
    "a web socket": """
        import websockets
        ...
        websockets.connect(event.text)
    """,
    "a web socket without asyncio": """
        from websockets.sync.client import connect
        ...
        connect(uri=event.text)
    """,
    "SSH": """
        import paramiko
        ...
        paramiko.Transport((event.text, 22))
    """,
    "SSH, by a client": """
        import paramiko
        ...
        client = paramiko.SSHClient()
        client.connect(hostname=event.text)
    """,
    "a function by another name": """
        fetch = requests.get
        ...
        fetch(event.text, timeout=5)
    """,
    "a method by another name": """
        post = httpx.Client().post
        ...
        post(event.text)
    """,
    "a client by another name": """
        import smtplib
        ...
        client = smtplib.SMTP
        client(event.text)
    """,
}
