"""Options that open a hole, and the same ones closed."""

from __future__ import annotations

UNTOUCHED = {
    "no event in the log": "logger.inject_lambda_context(log_event=False)",
    "no objects in a file": 'numpy.load("a.npy", allow_pickle=False)',
    "a verified server": """
        boto3.client("s3", use_ssl=True, verify="/etc/ssl/own.pem")
        urllib3.PoolManager(cert_reqs="CERT_REQUIRED")
    """,
    "options that are data": """
        resources.orders().put_item(Item={"id": event.id, "verify": False, "typ": "unsafe"})
        options = {"verify": "/etc/ssl/own.pem", "log_event": False}
        boto3.client("s3", **options)
    """,
    "HTML": """
        from bs4 import BeautifulSoup
        ...
        BeautifulSoup(event.text, "html.parser")
        BeautifulSoup(event.text, features="lxml")
    """,
    "YAML that runs nothing": """
        import ruamel.yaml
        import xmltodict
        ...
        ruamel.yaml.YAML(typ="safe").load(event.text)
        xmltodict.parse(event.text)
    """,
}

CAUGHT = {
    "the event in the log": "logger.inject_lambda_context(log_event=True)",
    "the event in the log, perhaps": "logger.inject_lambda_context(log_event=settings.LOG_EVENT)",
    "objects in a file": 'numpy.load("a.npy", allow_pickle=True)',
    "no certificate, for boto3": 'boto3.client("s3", verify=False)',
    "no TLS, for boto3": 'boto3.client("s3", use_ssl=False)',
    "no certificate, for urllib3": 'urllib3.PoolManager(cert_reqs="CERT_NONE")',
    "no certificate, for ssl": """
        import ssl
        ...
        urllib3.PoolManager(cert_reqs=ssl.CERT_NONE)
    """,
    "headers on standard output": "urllib.request.HTTPSHandler(debuglevel=1)",
    "headers on standard output, of a connection": "connection.set_debuglevel(1)",
    "the event in the log, by unpacked options": """
        options = {"log_event": True}
        ...
        logger.inject_lambda_context(**options)
    """,
    "the event in the log, by an option that is set later": """
        options = {}
        options["log_event"] = True
        logger.inject_lambda_context(**options)
    """,
    "the event in the log, by options in place": 'logger.inject_lambda_context(**{"log_event": True})',
    "no certificate, by unpacked options": """
        options = {"verify": False, "timeout": 3}
        requests.get("https://api.example.com", **options)
    """,
    "XML in a soup": """
        from bs4 import BeautifulSoup
        ...
        BeautifulSoup(event.text, "xml")
    """,
    "XML in a soup, by keyword": """
        import bs4
        ...
        bs4.BeautifulSoup(event.text, features="lxml-xml")
    """,
    "entities of xmltodict": "xmltodict.parse(event.text, disable_entities=False)",
    "YAML that runs": """
        from ruamel.yaml import YAML
        ...
        YAML(typ="unsafe").load(event.text)
    """,
}
