"""Options that open a hole, and the same ones closed."""

from __future__ import annotations

UNTOUCHED = {
    "no event in the log": "logger.inject_lambda_context(log_event=False)",
    "no objects in a file": 'numpy.load("a.npy", allow_pickle=False)',
    "a verified server": """
        boto3.client("s3", use_ssl=True, verify="/etc/ssl/own.pem")
        urllib3.PoolManager(cert_reqs="CERT_REQUIRED")
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
}
