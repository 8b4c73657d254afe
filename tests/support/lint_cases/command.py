"""Commands of the service's own, and of an event's making."""

from __future__ import annotations

UNTOUCHED = {
    "literals": 'subprocess.run(["/usr/bin/gs", "-q"], check=True)',
    "an Ident": 'subprocess.run(["/usr/bin/gs", event.id, str(event.count)], check=True)',
    "a key of S3": 'subprocess.run(["/usr/bin/gs", event.key], check=True)',
    "a choice from a table": """
        MODES = {"fast": "-f"}
        ...
        subprocess.run(["/usr/bin/gs", MODES[event.text]], check=True)
    """,
}

CAUGHT = {
    "an argument": 'subprocess.run(["/usr/bin/gs", event.name], check=True)',
    "a command": "subprocess.check_output(event.text)",
    "a list": """
        command = ["/usr/bin/gs"]
        command.append(event.name)
        subprocess.run(command, check=True)
    """,
    "a list that is extended": """
        command = ["/usr/bin/gs"]
        command += [event.name]
        subprocess.Popen(command)
    """,
    "what is quoted": """
        import shlex
        ...
        subprocess.run(["/bin/sh", "-c", "echo " + shlex.quote(event.name)], check=True)
    """,
    "a program": "os.execv(event.name, [])",
    "asyncio": 'asyncio.create_subprocess_exec("/usr/bin/gs", event.name)',
    "its environment": 'subprocess.run(["/usr/bin/gs"], env={"GS": event.name}, check=True)',
    "its standard input as an argument": 'subprocess.run(["/usr/bin/gs", *event.text.split()], check=True)',
    "a key with any characters": 'subprocess.run(["/usr/bin/gs", event.any_key], check=True)',
    "a command by another name": """
        run = subprocess.run
        ...
        run(["convert", event.text], check=True)
    """,
}
