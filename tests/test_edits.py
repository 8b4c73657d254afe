"""`holdfast add`, `remove` and `rename`: what becomes of holdfast.toml, and of the files that follow from it."""

from __future__ import annotations

import tomllib

import pytest

from holdfast.editing import edits, tables
from holdfast.errors import HoldfastError
from living import SPEC, World
from living import world as world  # noqa: PLC0414 - a fixture

TEXT = """\
schema = 1

[project]
name = "orders"

# The shelf.
[resources.shelf]
kind = "box"  # brown

# One.
[functions.one]
event = { kind = "call", word = "a" }
grants = [
    "shelf:get",  # to look
]

# Two
# of them.
[functions.two]
event = { kind = "pull", box = "shelf" }

[[functions.two.allow]]
actions = ["s3:GetObject"]

# The end.
"""
BLOCK = '[functions.new]\nevent = { kind = "call", word = "n" }\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\n", f"a = 1\n\n{BLOCK}"),
        ("[functions.a]\nx = 1\n", f"[functions.a]\nx = 1\n\n{BLOCK}"),
        ("[functions.a]\nx = 1\n\n\n# R.\n[resources.r]\n", f"[functions.a]\nx = 1\n\n{BLOCK}\n# R.\n[resources.r]\n"),
        ('[functions.a]\nx = """\n[functions.b]\n"""\n', f'[functions.a]\nx = """\n[functions.b]\n"""\n\n{BLOCK}'),
        ("functions.a.x = 1\n[project]\n", ""),
        ("[functions]\na = { x = 1 }\n", f"[functions]\na = {{ x = 1 }}\n\n{BLOCK}"),
    ],
    ids=["none", "last", "before-another-group", "in-a-string", "dotted", "inline"],
)
def test_a_table_is_put_behind_the_last_of_its_group(text: str, expected: str) -> None:
    edited = edits.put(text, "functions", "new", BLOCK)
    assert not expected or edited == expected
    assert tomllib.loads(edited)["functions"]["new"] == {"event": {"kind": "call", "word": "n"}}


def test_the_first_resource_stands_before_the_functions() -> None:
    edited = tables.insert("[project]\n\n# F.\n[functions.a]\n", "resources", '[resources.r]\nkind = "box"')
    assert edited == '[project]\n\n[resources.r]\nkind = "box"\n\n# F.\n[functions.a]\n'


def test_a_table_goes_with_the_comment_above_it_and_nothing_else() -> None:
    assert edits.drop(TEXT, "functions", "one") == TEXT.replace(
        '# One.\n[functions.one]\nevent = { kind = "call", word = "a" }\ngrants = [\n    "shelf:get",  # to look\n]\n\n',
        "",
    )
    assert edits.drop(TEXT, "functions", "two").endswith("]\n\n# The end.\n") is False
    assert "# The end." not in edits.drop(TEXT, "functions", "two")


def test_grants_are_added_and_taken_with_the_comments_of_the_others_kept() -> None:
    more = edits.grant(TEXT, "one", ("shelf:put", "shelf:get"))
    assert '    "shelf:get",  # to look\n' in more
    assert tomllib.loads(more)["functions"]["one"]["grants"] == ["shelf:get", "shelf:put"]
    assert tomllib.loads(edits.grant(TEXT, "two", ("shelf:get",)))["functions"]["two"]["grants"] == ["shelf:get"]
    less = edits.revoke(more, "one", ("shelf:get",))
    assert tomllib.loads(less)["functions"]["one"]["grants"] == ["shelf:put"]
    for text in (more, less):
        assert text.replace("\n", "").startswith(TEXT.partition("grants")[0].replace("\n", ""))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: edits.put(TEXT, "functions", "one", BLOCK), "holdfast.toml functions.one: 'one' is there already; choose another name"),
        (lambda: edits.drop(TEXT, "functions", "three"), "holdfast.toml: there is no function 'three'; there are one, two"),
        (lambda: edits.drop("a = 1\n", "resources", "x"), "holdfast.toml: there is no resource 'x'; add one"),
        (lambda: edits.grant(TEXT, "one", ("shelf:get",)), "holdfast.toml functions.one.grants: one has that already; nothing is to be done"),
        (lambda: edits.revoke(TEXT, "one", ("shelf:put",)), "holdfast.toml functions.one.grants: one has no grant 'shelf:put'; it has shelf:get"),
        (lambda: edits.revoke(TEXT, "two", ("a:b",)), "holdfast.toml functions.two.grants: two has no grant 'a:b'; it has none"),
    ],
)  # fmt: skip
def test_what_cannot_be_edited_is_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(HoldfastError) as refused:
        call()
    assert str(refused.value) == message


def test_a_function_comes_with_its_files_and_says_what_to_do(world: World) -> None:
    world.start()
    done = world.holdfast("add", "function", "ship-it", "--event", "call", "--set", "word=go", "--set", "memory=256")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("orders: added function ship-it: 1 file added, 3 files changed.\n")
    assert "Next:\n  write what is yours:\n    functions/ship_it/handler.py\n" in done.out
    assert (
        world.read("holdfast.toml")
        == SPEC + '\n[functions.ship-it]\nevent = { kind = "call", word = "go" }\nmemory = 256\n'
    )
    assert '  ship-it: "go"\n' in world.read("list.yaml")
    assert (
        world.git("status", "--porcelain")
        == " M holdfast.lock\n M holdfast.toml\n M list.yaml\n?? functions/ship_it/\n"
    )


def test_a_resource_and_a_grant_are_added(world: World) -> None:
    world.start()
    assert world.holdfast("add", "resource", "shelf", "--kind", "box", "--set", "size=2").code == 0
    done = world.outcome("add", "grant", "hello", "shelf:get")
    assert (done["code"], done["added"], done["removed"]) == (0, ["grant shelf:get for hello"], [])
    text = world.read("holdfast.toml")
    assert text.index('[resources.shelf]\nkind = "box"\nsize = 2\n') < text.index("# Says hello.\n[functions.hello]")
    assert 'grants = ["shelf:get"]' in text
    assert (
        world.holdfast("add", "function", "take", "--event", "pull", "--set", "box=shelf", "--grant", "shelf:get").code
        == 0
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "function", "hello", "--event", "call"], "holdfast.toml functions.hello: 'hello' is there already; choose another name"),
        (["add", "function", "new", "--event", "cal"], "the new function functions.new.event.kind: 'cal' is not a kind that this template knows"),
        (["add", "function", "new"], "functions.new.event"),
        (["add", "function", "new", "--event", "call"], "the new function functions.new.event: word is missing"),
        (["add", "function", "new", "--event", "call", "--set", "wrd=x"], "the key 'wrd' is unknown"),
        (["add", "function", "Not A Name", "--event", "call", "--set", "word=x"], "'Not A Name' is not a name"),
        (["add", "function"], "nobody can be asked for its name, this is no terminal; write holdfast add function NAME"),
        (["add", "resource", "x", "--kind", "bx"], "'bx' is not a kind"),
        (["add", "grant"], "nobody can be asked for it, this is no terminal; write holdfast add grant FUNCTION RESOURCE:GRANT"),
        (["add", "grant", "hello", "nothing:get"], "the grant 'nothing:get' is on a resource that does not exist"),
        (["remove", "function", "nobody"], "there is no function 'nobody'; there are hello"),
        (["remove", "function", "hello"], "functions.hello: it is the only function, and a service has one at least; add another one first"),
        (["remove", "grant", "hello", "a:b"], "hello has no grant 'a:b'"),
        (["rename", "function", "hello", "hello"], "'hello' is there already"),
        (["rename", "function", "nobody", "x"], "there is no function 'nobody'"),
        (["rename", "function", "hello", "No Name"], "'No Name' is not a name"),
    ],
    ids=lambda value: "-".join(value)[:40] if isinstance(value, list) else "",
)  # fmt: skip
def test_what_is_wrong_is_one_line_and_touches_nothing(world: World, arguments: list[str], message: str) -> None:
    world.start()
    before = world.state()
    done = world.holdfast(*arguments)
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1
    assert world.state() == before


def test_a_function_goes_and_what_the_user_changed_is_kept_and_named(world: World) -> None:
    world.start()
    for name in ("plain", "edited"):
        world.holdfast("add", "function", name, "--event", "call", "--set", f"word={name}")
    world.write("functions/edited/handler.py", "mine\n")
    world.commit()
    done = world.holdfast("remove", "function", "plain")
    assert done.code == 0
    assert "  delete  functions/plain/handler.py" in done.out
    assert not (world.project / "functions/plain").exists()
    done = world.holdfast("remove", "function", "edited")
    assert done.code == 0
    assert "functions/edited/handler.py: it is not as the template begins it, so it is kept" in done.out
    assert world.read("functions/edited/handler.py") == "mine\n"
    assert world.read("holdfast.toml") == SPEC
    assert "edited" not in world.read("list.yaml")


def test_adding_and_removing_leaves_nothing(world: World) -> None:
    world.start()
    before = world.state()
    world.holdfast("add", "resource", "shelf", "--kind", "box")
    world.holdfast("add", "function", "take", "--event", "pull", "--set", "box=shelf", "--grant", "shelf:get")
    used = world.holdfast("remove", "resource", "shelf")
    assert used.code == 2
    assert "holdfast.toml functions.take.event.box: take still uses shelf; change that or remove take" in used.err
    for what, named in (
        (("grant", "take", "shelf:get"), "grant shelf:get of take"),
        (("function", "take"), "function take"),
        (("resource", "shelf"), "resource shelf"),
    ):
        assert f"orders: to remove {named}: would be " in world.holdfast("remove", *what, "--dry-run").out
        assert world.holdfast("remove", *what).out.startswith(f"orders: removed {named}: ")
    assert world.state() == before


def test_a_hand_edited_spec_is_applied(world: World) -> None:
    world.start()
    world.replace("holdfast.toml", 'word = "hello"', 'word = "good day"')
    done = world.holdfast("sync")
    assert (done.code, done.out.splitlines()[0]) == (0, "orders: 2 files changed.")
    assert 'hello: "good day"' in world.read("list.yaml")


def test_a_renamed_function_takes_its_files_and_their_edits_with_it(world: World) -> None:
    world.start()
    world.holdfast("add", "function", "hello-all", "--event", "call", "--set", "word=x")
    world.replace("functions/hello/handler.py", "\n\n\ndef", "\n\nmine = 1\n\n\ndef")
    world.write("functions/hello/own/helper.py", "own = 1\n")
    world.write("functions/hello_all/handler.py", "from functions.hello import handler\n")
    world.write("elsewhere.py", "import x\nfrom functions.hello import handler\nfrom functions.hello import event\n")
    world.write("imports.py", "from functions import (\n    other,\n    hello as it,\n)\n")
    world.write("clean.py", "from functions import hello_all\n\nhello = functions.hello_all\n")
    world.write("list.yaml", world.read("list.yaml") + "  own: yes\n")
    world.commit()
    done = world.holdfast("rename", "function", "hello", "greet-them")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("orders: renamed function hello to greet-them: ")
    assert world.read("functions/greet_them/handler.py") == (
        'from functions.greet_them import event\n\nmine = 1\n\n\ndef handler():\n    return event, "greet-them"\n'
    )
    assert world.read("functions/greet_them/own/helper.py") == "own = 1\n"
    assert not (world.project / "functions/hello").exists()
    assert (world.project / "functions/hello_all/handler.py").exists()
    assert "functions/hello_all/handler.py:1: it still says functions.hello; mend that by hand" in done.out
    assert "write what is yours" not in done.out
    for line in (2, 3):
        assert f"elsewhere.py:{line}: it still says functions.hello; mend that by hand" in done.out
    assert "imports.py:3: it still says functions import ( other, hello; mend that by hand" in done.out
    assert "clean.py" not in done.out
    assert "# Says hello.\n[functions.greet-them]\n" in world.read("holdfast.toml")
    assert world.read("list.yaml").endswith("  own: yes\n")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_a_renamed_function_with_uncommitted_edits_or_something_in_its_way_is_refused(world: World) -> None:
    world.start()
    world.write("functions/greet/handler.py", "there\n")
    world.commit()
    before = world.state()
    done = world.holdfast("rename", "function", "hello", "greet")
    assert done.code == 2
    assert "functions/greet/handler.py: it is in the way of a file that moves there" in done.err
    assert world.state() == before
    world.write("functions/hello/handler.py", "mine\n")
    world.holdfast("add", "function", "two", "--event", "call", "--set", "word=x")
    world.replace("functions/two/handler.py", "\n\n\ndef", "\n\nmine = 1\n\n\ndef")
    assert (
        "functions/two/handler.py: in the way, and not in git" in world.holdfast("rename", "function", "two", "x").err
    )


def test_a_renamed_resource_keeps_its_id_and_its_physical_name(world: World) -> None:
    named = "resources: {}\n{% for box in resources.values() %}# {{ box.name }} {{ box.id }} {{ box.physical_name }}\n{% endfor %}"
    world.release("1.1.0", {"template/project/files/boxes.yaml": named})
    text = SPEC + 'grants = ["big-shelf:get"]\n\n[functions.take]\nevent = { kind = "pull", box = "big-shelf" }\n'
    world.start(text.replace("# Says", '[resources.big-shelf]\nkind = "box"\n\n# Says'))
    assert world.holdfast("rename", "resource", "big-shelf", "rack").code == 0
    assert world.read("boxes.yaml").endswith("# rack BigShelf big-shelf\n")
    spec = world.read("holdfast.toml")
    assert '[resources.rack]\nkind = "box"\nid = "BigShelf"\nphysical_name = "big-shelf"\n' in spec
    assert 'grants = ["rack:get"]' in spec
    assert 'box = "rack"' in spec
    assert world.holdfast("rename", "resource", "rack", "tray").code == 0
    assert world.read("boxes.yaml").endswith("# tray BigShelf big-shelf\n")
    again = world.holdfast("add", "resource", "big-shelf", "--kind", "box")
    assert again.code == 2
    assert "both become the logical id 'BigShelf'" in again.err


@pytest.mark.parametrize(
    "written", ['[resources]\nshelf = { kind = "box" } # big', 'resources."shelf".kind = "box" # big']
)
def test_a_resource_is_renamed_however_it_is_written(world: World, written: str) -> None:
    world.start(SPEC.replace("schema = 1\n", f"schema = 1\n{written}\n"))
    done = world.holdfast("rename", "resource", "shelf", "rack")
    assert (done.code, done.err) == (0, "")
    text = world.read("holdfast.toml")
    assert tomllib.loads(text)["resources"] == {"rack": {"kind": "box", "id": "Shelf", "physical_name": "shelf"}}
    assert "# big\n" in text
    assert text.endswith(SPEC.removeprefix("schema = 1\n"))


def test_what_cannot_be_renamed_as_it_is_written_says_how_it_can(world: World) -> None:
    """To rename it by hand would lose its files' edits, or its data."""
    world.start(SPEC.replace("schema = 1\n", 'schema = 1\nresources = { shelf = { kind = "box" } }\n'))
    done = world.holdfast("rename", "resource", "shelf", "rack")
    assert (done.code, done.err) == (
        2,
        "holdfast: holdfast.toml: that cannot be changed as it is written; "
        "write a table [resources.shelf] of it first, and apply that with holdfast sync\n",
    )


def test_a_rename_that_would_replace_data_is_refused(world: World) -> None:
    """The template of another version may name things by what the spec calls them."""
    table = "  {{ resource.id }}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: {{ resource.name }}\n"
    world.release("1.1.0", {
        "template/project/files/template.yaml": 'Resources:\n{% slot "template.yaml/resources" %}\n',
        "template/resources/box/each/slots/template.yaml/resources": table,
    })  # fmt: skip
    world.start(SPEC.replace("# Says", '[resources.shelf]\nkind = "box"\n\n# Says'))
    before = world.state()
    done = world.holdfast("rename", "resource", "shelf", "rack")
    assert (done.code, done.err) == (
        2,
        "holdfast: template.yaml: the next deployment replaces Shelf (AWS::S3::Bucket): its BucketName changes; "
        "its data would be lost: make a new one and copy the data\n",
    )
    assert world.state() == before
    done = world.holdfast("remove", "resource", "shelf")
    assert "template.yaml: the next deployment takes Shelf (AWS::S3::Bucket) out of the stack" in done.out


def test_a_renamed_function_leaves_its_failure_queue_and_says_so(world: World) -> None:
    queue = "  {{ function.id }}Failures:\n    Type: AWS::SQS::Queue\n"
    world.release("1.1.0", {
        "template/project/files/template.yaml": 'Resources:\n{% slot "template.yaml/resources" %}\n',
        "template/function/each/slots/template.yaml/resources": queue,
    })  # fmt: skip
    world.start()
    done = world.holdfast("rename", "function", "hello", "greet")
    assert (done.code, done.err) == (0, "")
    assert "template.yaml: the next deployment takes HelloFailures (AWS::SQS::Queue) out of the stack" in done.out
    assert "GreetFailures" in world.read("template.yaml")


def test_a_key_that_leaves_the_stack_is_warned_of(world: World) -> None:
    key = "  Key:\n    Type: AWS::KMS::Key\n"
    world.release(
        "1.1.0", {"template/project/files/template.yaml": f"Resources:\n{key}  Other:\n    Type: AWS::SNS::Topic\n"}
    )
    world.start()
    world.release(
        "1.2.0", {"template/project/files/template.yaml": "Resources:\n  Other:\n    Type: AWS::SNS::Topic\n"}
    )
    done = world.holdfast("update")
    assert "template.yaml: the next deployment takes Key (AWS::KMS::Key) out of the stack" in done.out


def test_a_rename_is_no_conflict_in_a_file_of_the_users(world: World) -> None:
    world.start()
    mine = "from functions.hello import event as mine\n\n\ndef handler():\n    return 1\n"
    world.write("functions/hello/handler.py", mine)
    world.commit()
    done = world.holdfast("rename", "function", "hello", "greet")
    assert done.code == 0
    assert world.read("functions/greet/handler.py") == mine
    assert "functions/greet/handler.py:1: it still says functions.hello; mend that by hand" in done.out


def test_starter_code_follows_a_renamed_resource(world: World) -> None:
    starter = "{% for grant in function.grants %}resources.{{ grant.resource.module }}()\n{% endfor %}\n\n\ndone = 1\n"
    world.release("1.1.0", {"template/function/each/files/functions/{{ function.module }}/handler.py": starter})
    text = SPEC.replace("# Says", '[resources.shelf]\nkind = "box"\n\n# Says') + 'grants = ["shelf:get"]\n'
    world.start(text)
    world.replace("functions/hello/handler.py", "done = 1", "done = 2")
    world.commit()
    done = world.holdfast("rename", "resource", "shelf", "rack")
    assert (done.code, done.err) == (0, "")
    assert world.read("functions/hello/handler.py") == "resources.rack()\n\n\ndone = 2\n"
    assert "mend" not in done.out


def test_an_edit_does_not_follow_into_another_event_sources_file(world: World) -> None:
    """With the same template a file that goes and one that comes are two, however alike they are."""
    lines = "".join(f"alike {number}\n" for number in range(20))
    world.release(
        "1.1.0", {f"template/events/{kind}/files/{kind}.txt": f"{kind}\n{lines}" for kind in ("call", "pull")}
    )
    world.start(SPEC.replace("# Says", '[resources.shelf]\nkind = "box"\n\n# Says'))
    world.replace("call.txt", "alike 3\n", "mine\n")
    world.commit()
    world.replace("holdfast.toml", 'kind = "call", word = "hello"', 'kind = "pull", box = "shelf"')
    done = world.holdfast("sync")
    assert done.code == 0
    assert "call.txt: you changed it, so it is kept; delete it if you do not need it" in done.out
    assert world.read("pull.txt") == f"pull\n{lines}"
    assert "mine\n" in world.read("call.txt")
