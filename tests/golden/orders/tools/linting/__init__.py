"""What `tools/lint.py` knows about code, and its rules: one file each in rules/, whose name is the rule's.

A rule asks where a value comes from (origin.py), within one function at a time:

- *fixed*: literals, constants of a module, choices among them (`COLUMNS[event.sort]`), and where a rule may trust it,
  what the service's owner configured: settings.py, os.getenv, secrets and parameters;
- *the event's*: a handler's first parameter, any parameter annotated with a model of an event.py, and what is made of
  them by attributes, subscripts, loops, methods, formatting, concatenation and Python's own conversions;
- *unknown*: everything else: other parameters, results of other functions, data from tables and queues.

Log messages, SQL, addresses and Jinja's templates must be fixed, because what is unknown may be the event's. Paths,
commands and formats must not be the event's. A field whose type cannot do harm at a place (`Ident` in a path,
`HttpsUrl` as an address) may stand there.

A finding is accepted on purpose by a comment in its lines, or alone on the line above:

    rows = database.execute(query)  # allow: sql-text because query is one of the constants of queries.py

Without a reason, without effect, or for a rule that does not exist, the comment itself is a finding. So is a `noqa` of
one of ruff's security rules that gives no reason.
"""
