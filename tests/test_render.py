"""Slots, parts and hostile templates: what is rendered is right, or refused in one line that names the file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast import render, spec
from holdfast.catalogue import load
from holdfast.errors import HoldfastError
from minimal import FILES, SPEC, rendered, template

LIST = "template/project/files/list.yaml"
CALL = "template/events/call/part.toml"
FRAGMENT = "template/function/each/slots/list.yaml/functions"


def test_fragments_stand_in_their_slot_in_the_order_of_the_spec() -> None:
    assert rendered()["list.yaml"].content == b'functions:\n  a: "x"\n  b: "yes"\n  # Yours go below this line.\n'


def test_an_empty_slot_leaves_no_line() -> None:
    tree = rendered({FRAGMENT: None})
    assert tree["list.yaml"].content == b"functions:\n  # Yours go below this line.\n"


def test_a_slot_in_a_line_has_a_default_and_a_separator() -> None:
    inline = 'names: [{{ slot("names", separator=", ") }}]\nmost: {{ slot("most", default=30) }}\n'
    tree = rendered({LIST: inline, FRAGMENT: None, "template/function/each/slots/names": "{{ function.name }}\n"})
    assert tree["list.yaml"].content == b"names: [a, b]\nmost: 30\n"


def test_parts_fill_the_slots_of_other_parts_fragments() -> None:
    tree = rendered(
        {
            FRAGMENT: '  {{ function.name }}:\n{% slot function.id ~ "/more" %}\n',
            "template/events/call/each/slots/{{ function.id }}/more": "    word: {{ event.word | quote }}\n",
        }
    )
    assert b'  a:\n    word: "x"\n  b:\n    word: "yes"\n' in tree["list.yaml"].content


def test_binary_files_are_copied_and_modes_and_kinds_are_the_parts_own() -> None:
    tree = rendered(
        {
            "template/project/files/logo.png": b"\x89PNG\xff{{ 7*7 }}",
            "template/project/files/run.sh": "#!/bin/sh\n",
            "template/project/part.toml": '[files]\nexecutable = ["*.sh"]\nseeded = ["logo.png"]\n',
        }
    )
    assert tree["logo.png"].content == b"\x89PNG\xff{{ 7*7 }}"
    assert tree["logo.png"].kind == "seeded"
    assert tree["run.sh"].executable
    assert not tree["list.yaml"].executable


def test_what_was_rendered_before_is_not_rendered_again_where_it_is_known() -> None:
    catalogue = load(template())
    wanted = spec.parse(SPEC, catalogue)
    whole = render.render(wanted, catalogue)
    again = render.render(wanted, catalogue, known={"list.yaml": b"known", "elsewhere": b"no file of it"})
    assert again == {**whole, "list.yaml": replace(whole["list.yaml"], content=b"known")}
    assert render.render(wanted, catalogue, known={}) == whole


REFUSED = {
    "a variable that is not set": (
        {LIST: "a: b\nc: {{ project.nothing }}\n"},
        f"{LIST}:2: it uses a variable that is not set: 'holdfast.model.Options object' has no attribute 'nothing'; mend it",
    ),
    "Jinja that is none": (
        {LIST: "a: b\n{% if %}\n"},
        f"{LIST}:2: Expected an expression, got 'end of statement block'; mend the template",
    ),
    "a way out of the sandbox": (
        {LIST: "a: {{ ''.__class__.__mro__[1].__subclasses__() }}\n"},
        f"{LIST}:1: SecurityError: access to attribute '__class__' of 'str' object is unsafe.; mend the template",
    ),
    "a way out of the sandbox by a filter": (
        {LIST: "{% set f = '{0.__init__.__globals__[os].environ}' | attr('format') %}{{ f(cycler) }}"},
        f"{LIST}:1: SecurityError: access to attribute '__init__' of 'type' object is unsafe.; mend the template",
    ),
    "a change to what it was given": (
        {LIST: "a: {{ functions.append(1) }}\n"},
        f"{LIST}:1: it uses a variable that is not set: 'tuple object' has no attribute 'append'; mend it",
    ),
    "a slot that nobody placed": (
        {"template/function/each/slots/list.yaml/fnctions": "x\n"},
        "template/function/each/slots/list.yaml/fnctions: no file of the template has the slot 'list.yaml/fnctions'; mend the "
        "name",
    ),
    "a slot in itself": (
        {FRAGMENT: '{% slot "list.yaml/functions" %}\n'},
        "list.yaml/functions: the slot 'list.yaml/functions' holds itself; mend the template",
    ),
    "YAML that is broken": (
        {LIST: "a: [\n", FRAGMENT: None},
        "list.yaml:2: the rendered file is broken: did not find expected node content; mend the template or rename a thing",
    ),
    "a key twice": (
        {LIST: "a: 1\nb: {a: 2}\na: 3\n", FRAGMENT: None},
        "list.yaml:3: the rendered file is broken: the key 'a' stands twice; mend the template or rename a thing",
    ),
    "TOML that is broken": (
        {"template/project/files/x.toml": "a = {{ 1 }}b\n"},
        "x.toml: the rendered file is broken: Expected newline or end of document after a statement (at line 1, column 6); "
        "mend the template or rename a thing",
    ),
    "JSON that is broken": (
        {"template/project/files/x.json": "{"},
        "x.json: the rendered file is broken: Expecting property name enclosed in double quotes: line 1 column 2 (char 1); "
        "mend the template or rename a thing",
    ),
    "two parts with one file": (
        {"template/function/files/list.yaml": "a: 1\n"},
        "template/function/files/list.yaml: two parts of the template make 'list.yaml'; mend the template",
    ),
    "a file above the target": (
        {"template/project/files/{{ '..' }}/evil": "x"},
        "template/project/files/{{ '..' }}/evil: '../evil' is not a path inside the project that every system can hold; mend "
        "the template's file name",
    ),
    "a file in .git": (
        {"template/project/files/.git/hooks/post-checkout": "x"},
        "template/project/files/.git/hooks/post-checkout: '.git/hooks/post-checkout' is not a path inside the project that "
        "every system can hold; mend the template's file name",
    ),
    "an absolute path": (
        {"template/project/files/{{ '/etc' }}/evil": "x"},
        "template/project/files/{{ '/etc' }}/evil: '/etc/evil' is not a path inside the project that every system can hold; "
        "mend the template's file name",
    ),
    "names that differ in case alone": (
        {"template/project/files/List.yaml": "a: 1\n"},
        "'List.yaml' and 'list.yaml' cannot both be there on every system; rename a function or resource, or mend the template",
    ),
    "a file beside a folder that differs in case alone": (
        {"template/project/files/zz": "x", "template/project/files/ZZ/a": "x"},
        "'ZZ/a' and 'zz' cannot both be there on every system; rename a function or resource, or mend the template",
    ),
    "two folders that differ in case alone": (
        {"template/project/files/straße/a": "x", "template/project/files/STRASSE/b": "x"},
        "'STRASSE/b' and 'straße/a' cannot both be there on every system; rename a function or resource, or mend the template",
    ),
    "a file that is a folder too": (
        {"template/project/files/xq": "x", "template/project/files/{{ 'xq/a' }}": "x"},
        "'xq' and 'xq/a' cannot both be there on every system; rename a function or resource, or mend the template",
    ),
    "the tool's own file": (
        {"template/project/files/Holdfast.TOML": "x"},
        "template/project/files/Holdfast.TOML: the tool itself writes 'Holdfast.TOML'; mend the template",
    ),
    "a folder in the place of the tool's own file": (
        {"template/project/files/holdfast.lock/a": "x"},
        "'holdfast.lock' and 'holdfast.lock/a' cannot both be there on every system; rename a function or resource, or mend "
        "the template",
    ),
    "a .git that nobody sees": (
        {"template/project/files/{{ '.g\\u200cit' }}/config": "x"},
        "template/project/files/{{ '.g\\u200cit' }}/config: '.g\\u200cit/config' is not a path inside the project that every "
        "system can hold; mend the template's file name",
    ),
    "a .git in wide letters": (
        {"template/project/files/.\uff47it/config": "x"},
        "template/project/files/.\uff47it/config: '.\uff47it/config' is not a path inside the project that every system can hold; mend "
        "the template's file name",
    ),
    "a name that reads backwards": (
        {"template/project/files/{{ 'a\\u202egnp.exe' }}": "x"},
        "template/project/files/{{ 'a\\u202egnp.exe' }}: 'a\\u202egnp.exe' is not a path inside the project that every system "
        "can hold; mend the template's file name",
    ),
    "a name in another normal form": (
        {"template/project/files/cafe\u0301": "x"},
        "template/project/files/cafe\u0301: 'cafe\u0301' is not a path inside the project that every system can hold; mend the "
        "template's file name",
    ),
    "a text without end": (
        {LIST: "a: {{ 'x' * 10**9 }}\n", FRAGMENT: None},
        f"{LIST}:1: 10 ** 9 may take all memory; mend the template",
    ),
    "a list without end": (
        {LIST: "a: {{ [1] * 1000001 }}\n", FRAGMENT: None},
        f"{LIST}:1: a list * 1000001 may take all memory; mend the template",
    ),
    "a width without end": (
        {LIST: "a: {{ '%99999d' % 1 }}\n", FRAGMENT: None},
        f"{LIST}:1: '%99999d' % 1 may take all memory; mend the template",
    ),
    "a part with a misspelt key": (
        {"template/events/call/part.toml": 'tittle = "x"\n'},
        "template/events/call/part.toml: the key 'tittle' is unknown; known here: brings, counts, elsewhere, example, "
        "files, fits, function, invoker, needs, options, reserved, roles, switch, tables, title, together, uses",
    ),
    "a name without end": (
        {"template/project/files/{{ 'a' * 300 }}": "x"},
        f"template/project/files/{{{{ 'a' * 300 }}}}: '{'a' * 77}'… is not a path inside the project that every system can "
        "hold; mend the template's file name",
    ),
    "text that is no Unicode": (
        {LIST: "a: {{ '\\ud800' }}\n", FRAGMENT: None},
        f"{LIST}: UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 3: surrogates not allowed; "
        "mend the template",
    ),
    "a JSON key twice": (
        {"template/project/files/x.json": '{"a": {"b": 1, "b": 2}}'},
        "x.json: the rendered file is broken: the key 'b' stands twice; mend the template or rename a thing",
    ),
    "a method in the place of its result": (
        {LIST: "a: 1\nb: {{ project.name.upper }}\n"},
        f"{LIST}:2: it prints a builtin_function_or_method, which has no text of its own; call it, or print its parts",
    ),
    "the slots themselves": (
        {LIST: "a: {{ slot | quote }}\n"},
        f"{LIST}:1: it prints a method, which has no text of its own; call it, or print its parts",
    ),
    "what shows an address": (
        {LIST: "a: {{ [project.name | map('upper')] }}\n"},
        f"{LIST}:1: it prints a list, which has no text of its own; call it, or print its parts",
    ),
    "a need of nothing": (
        {"template/events/call/part.toml": 'needs = ["inbox:consume"]\n[options.word]\nrequired = true\n'},
        "template/events/call/part.toml: its needs name 'inbox:consume', and there is no such resource or grant; mend the "
        "template",
    ),
    "a shared part that is not there": (
        {CALL: 'uses = ["nothing"]\n[options.word]\nrequired = true\n'},
        f"{CALL}: it uses 'nothing', and template/shared has no such folder; mend the name",
    ),
    "a shared part of the project": (
        {
            "template/project/part.toml": 'uses = ["common"]\n[tables.project.name]\nrequired = true\n',
            "template/shared/common/part.toml": "",
        },
        "template/project/part.toml: only event sources, resources and chosen parts use shared parts; mend it",
    ),
    "a shared part in a choice that asks a source": (
        {"template/system/plain/part.toml": 'uses = ["common"]', "template/shared/common/part.toml": "[options.word]"},
        "template/system/plain/part.toml: it uses 'common', which asks or needs something of an event source; split that part",
    ),
    "a part that fits what nobody asks": (
        {"template/system/plain/part.toml": '[fits.project.place]\nchoices = ["here"]\n'},
        "template/system/plain/part.toml: [fits.project.place] is no option; mend the name",
    ),
    "a part that fits by what is no rule": (
        {"template/system/plain/part.toml": "[fits.project.name]\nminimum = 1\n"},
        "template/system/plain/part.toml: the key 'minimum' is unknown; known here: choices, hint, pattern",
    ),
    "a resource with a share for functions": (
        {
            "template/resources/box/part.toml": 'uses = ["common"]',
            "template/shared/common/part.toml": "[counts]\neach = 1\n",
        },
        "template/resources/box/part.toml: it uses 'common', which has something for each function; split that part",
    ),
    "an answer that nobody can give": (
        {CALL: '[brings.word]\na = ["common"]\n[options.word]\ntype = "choice"\nchoices = ["b"]\n', "template/shared/common/part.toml": ""},
        f"{CALL}: [brings.word] has 'a', and no event source can answer that; mend it",
    ),
    "an answer that brings questions": (
        {
            CALL: '[brings.word]\na = ["common"]\n[options.word]\ntype = "choice"\nchoices = ["a"]\n',
            "template/shared/common/part.toml": "[options.more]\n",
        },
        f"{CALL}: [brings.word] brings 'common', which asks or needs something; use that part",
    ),
    "a switch without a name": (
        {"template/optional/wall/part.toml": ""},
        "template/optional/wall/part.toml: its switch is '', and no table asks for such a boolean with a default; mend it",
    ),
    "a switch that can be neither on nor off": (
        {"template/optional/wall/part.toml": 'switch = "net.wall"\n[tables.net.wall]\ntype = "boolean"\n'},
        "template/optional/wall/part.toml: its switch is 'net.wall', and no table asks for such a boolean with a default; mend it",
    ),
    "a switch in a choice": (
        {"template/system/plain/part.toml": 'switch = "net.wall"\n[tables.net.wall]\ntype = "boolean"\ndefault = false\n'},
        "template/system/plain/part.toml: it has a switch, and is none of template/optional; remove it, or move the part",
    ),
    "an include of nothing": (
        {LIST: '{% include "locks/none.txt" %}'},
        f"{LIST}: it includes 'locks/none.txt', which is not there; mend it",
    ),
    "an include of itself": (
        {LIST: '{% include "project/files/list.yaml" %}'},
        f"{LIST}: it nests too deep, or includes itself without end; mend the template",
    ),
    "an expression without bottom": (
        {LIST: "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"},
        f"{LIST}: it nests too deep, or includes itself without end; mend the template",
    ),
    "a division by zero": (
        {LIST: "{{ 1 // 0 }}"},
        f"{LIST}:1: ZeroDivisionError: integer division or modulo by zero; mend the template",
    ),
    "a part that is not TOML": (
        {"template/events/call/part.toml": "a ="},
        "template/events/call/part.toml: not TOML: Invalid value (at end of document); mend the template's file",
    ),
    "an option of no type": (
        {"template/events/call/part.toml": '[options.word]\ntype = "colour"\n'},
        "template/events/call/part.toml: the option 'word' has unknown type 'colour'; types are boolean, choice, function, integer, map, "
        "resource, string, text",
    ),
    "an option with an unknown key": (
        {"template/events/call/part.toml": '[options.word]\ncolour = "red"\n'},
        "template/events/call/part.toml: the option 'word' has colour = 'red'; docs/template.md says what fits",
    ),
    "an option with a key of its own": (
        {CALL: '[options.word]\nkey = "red"\n'},
        f"{CALL}: the option 'word' has key = 'red'; docs/template.md says what fits",
    ),
    "an option of a list of types": (
        {CALL: '[options.word]\ntype = ["string"]\n'},
        f"{CALL}: the option 'word' has unknown type a list; types are boolean, choice, function, integer, map, resource, string, text",
    ),
    "a limit that is a text": (
        {CALL: '[options.word]\nminimum = "a"\n'},
        f"{CALL}: the option 'word' has minimum = 'a'; docs/template.md says what fits",
    ),
    "a limit that is a truth": (
        {CALL: "[options.word]\nminimum = true\n"},
        f"{CALL}: the option 'word' has minimum = True; docs/template.md says what fits",
    ),
    "a condition that is a text": (
        {CALL: '[options.word]\nwhen = "a"\n'},
        f"{CALL}: the option 'word' has when = 'a'; docs/template.md says what fits",
    ),
    "a condition on a number": (
        {CALL: "[options.word]\nwhen = { a = 1 }\n"},
        f"{CALL}: the option 'word' must have texts in when; mend it",
    ),
    "a default of another type": (
        {CALL: '[options.word]\ntype = "integer"\ndefault = "1"\n'},
        f"{CALL}: the option 'word' has default = '1'; docs/template.md says what fits",
    ),
    "a default that is no choice": (
        {CALL: '[options.word]\ntype = "choice"\nchoices = ["a"]\ndefault = "b"\n'},
        f"{CALL}: the option 'word' has the default 'b', which is no choice of it; mend it",
    ),
    "a default for a resource": (
        {CALL: '[options.word]\ntype = "resource"\ndefault = "inbox"\n'},
        f"{CALL}: the option 'word' has default = 'inbox'; docs/template.md says what fits",
    ),
    "a pattern that is none": (
        {CALL: "[options.word]\npattern = '('\n"},
        f"{CALL}: the pattern of the option 'word' is no regular expression: missing ), unterminated subpattern at position 0; "
        "mend it",
    ),
    "a count that is none": (
        {CALL: 'counts = { service = "x" }\n'},
        f"{CALL}: [counts] has service = 'x'; write whole numbers for service, each, granted, external",
    ),
    "a count of nothing known": (
        {CALL: "counts = { all = 1 }\n"},
        f"{CALL}: [counts] has all = 1; write whole numbers for service, each, granted, external",
    ),
    "a narrower option that functions do not have": (
        {CALL: "[function.memory]\nminimum = 1\n"},
        f"{CALL}: [function.memory] is no option of functions; mend the name",
    ),
    "a narrower option of another type": (
        {CALL: '[function.memory]\nminimum = "1"\n', "template/function/part.toml": '[options.memory]\ntype = "integer"\n'},
        f"{CALL}: the option 'memory' has minimum = '1'; docs/template.md says what fits",
    ),
    "a part without bottom": (
        {CALL: f"a = {'[' * 5000}"},
        f"{CALL}: it nests too deep; mend the template's file",
    ),
    "a choice without folders": (
        {"template/template.toml": FILES["template/template.toml"] + 'size = "kind"\n'},
        "template/template.toml: [choices] has size = 'kind'; write the key of [size] that picks a folder of template/size",
    ),
    "a choice by no key": (
        {"template/template.toml": FILES["template/template.toml"].replace('"kind"', "1")},
        "template/template.toml: [choices] has system = 1; write the key of [system] that picks a folder of template/system",
    ),
    "a choice whose default has no folder": (
        {"cookiecutter.json": '{"project_name": "a", "system_kind": ["fancy", "plain"]}'},
        "cookiecutter.json: system_kind must be a choice that always matters, with a default of plain; mend the template",
    ),
    "a choice that is made a number": (
        {"template/system/plain/part.toml": '[tables.system.kind]\ntype = "integer"\n'},
        "cookiecutter.json: system_kind must be a choice that always matters, with a default of plain; mend the template",
    ),
    "a project without a name": (
        {"cookiecutter.json": "{}", "template/project/part.toml": ""},
        "cookiecutter.json: project_name is no question of text; ask for it",
    ),
    "a table of the spec's own": (
        {"cookiecutter.json": '{"project_name": "a", "functions_all": "a"}'},
        "cookiecutter.json: a table [functions] is holdfast.toml's own; give it another name",
    ),
    "cookiecutter.json that is a list": (
        {"cookiecutter.json": "[]"},
        "cookiecutter.json: it holds a list; write a table of questions",
    ),
    "cookiecutter.json that is a text": (
        {"cookiecutter.json": '"x"'},
        "cookiecutter.json: it holds 'x'; write a table of questions",
    ),
    "cookiecutter.json without bottom": (
        {"cookiecutter.json": '{"a":' * 100000},
        "cookiecutter.json: it nests too deep; mend the file",
    ),
    "a choice of nothing": (
        {"cookiecutter.json": '{"project_name": []}'},
        "cookiecutter.json: the question 'project_name' has a list for a default; name it TABLE_KEY, and give it a text or a "
        "list of texts",
    ),
    "a question without a key": (
        {"cookiecutter.json": '{"project": "a"}'},
        "cookiecutter.json: the question 'project' has 'a' for a default; name it TABLE_KEY, and give it a text or a list of "
        "texts",
    ),
    "prompts that are a number": (
        {"cookiecutter.json": '{"project_name": "a", "__prompts__": 3}'},
        "cookiecutter.json: __prompts__ must be a table; mend the template's file",
    ),
    "no project part": (
        {"template/project/part.toml": None},
        "mini: template/project/part.toml is missing",
    ),
    "another format": (
        {"template/template.toml": 'format = 9\nname = "mini"\nversion = "1"\n'},
        "mini/template/template.toml: it needs format = 1, a name and a version, and has format = 9, name = 'mini', version = "
        "'1'; use a template of this format, or a holdfast that speaks its format",
    ),
    "cookiecutter.json that is none": (
        {"cookiecutter.json": "{"},
        "cookiecutter.json: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1); mend the "
        "file",
    ),
    "no template at all": (
        {"template/template.toml": None},
        "mini: there is no template/template.toml in it, so it is not a holdfast template; name a repository or folder that "
        "holds cookiecutter.json and template/template.toml",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "line"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(changes: dict[str, str | bytes | None], line: str) -> None:
    with pytest.raises(HoldfastError) as error:
        rendered(changes)
    assert str(error.value) == line


def test_an_unknown_part_is_refused_by_its_name() -> None:
    with pytest.raises(HoldfastError) as error:
        rendered(text=SPEC + '[system]\nkind = "fancy"\n')
    assert str(error.value) == "holdfast.toml:8 system.kind: 'fancy' is not one of its choices; choose from plain"


def test_more_than_500_resources_are_refused() -> None:
    functions = "".join(f'[functions.f{n}]\nevent = {{ kind = "call", word = "x" }}\n' for n in range(251))
    with pytest.raises(HoldfastError) as error:
        rendered(text='[project]\nname = "orders"\n' + functions)
    assert str(error.value) == (
        "holdfast.toml functions: the stack would hold 502 resources, and CloudFormation allows 500; split the service in two"
    )


def test_answers_are_never_evaluated() -> None:
    tree = rendered(text=SPEC.replace('"x"', '"{{ 7*7 }}{% raw %}"'))
    assert b'a: "{{ 7*7 }}{% raw %}"\n' in tree["list.yaml"].content


def test_a_templates_extensions_load_only_where_it_is_trusted() -> None:
    changes: dict[str, str | bytes | None] = {
        "template/template.toml": 'format = 1\nname = "mini"\nversion = "1"\nextensions = ["jinja2.ext.do"]\n[choices]\n'
        'system = "kind"\n',
        LIST: "{% do [] %}a: 1\n",
        FRAGMENT: None,
    }
    assert rendered(changes, trusted=True)["list.yaml"].content == b"a: 1\n"
    with pytest.raises(HoldfastError) as error:
        rendered(changes)
    assert str(error.value) == (
        f"{LIST}:1: Encountered unknown tag 'do'.; it declares Jinja extensions: --trust loads them"
    )


@pytest.mark.parametrize(
    ("extensions", "what"),
    [
        ('["nowhere.Extension"]', "an extension cannot be loaded: UnknownExtension: "),
        ('["jinja2.ext.Nothing"]', "an extension cannot be loaded: AttributeError: "),
        ('"jinja2.ext.do"', "extensions must be a list of texts"),
        ("[1]", "extensions must be a list of texts"),
    ],
)
def test_extensions_that_are_none(extensions: str, what: str) -> None:
    manifest = FILES["template/template.toml"].replace("[choices]", f"extensions = {extensions}\n[choices]")
    with pytest.raises(HoldfastError) as error:
        rendered({"template/template.toml": manifest}, trusted=True)
    assert str(error.value).startswith(f"template/template.toml: {what}")


def test_a_grant_may_have_an_arn_of_its_own() -> None:
    """Where the thing itself and what is in it are two."""
    grants = 'arn = "{{ resource.name }}/*"\n[grants.get]\nactions = ["x:Get"]\n[grants.list]\nactions = ["x:List"]\n'
    changes: dict[str, str | bytes | None] = {
        "template/resources/box/grants.toml": grants + 'arn = "{{ resource.name }} of {{ project.name }}"\n',
        "template/function/each/slots/list.yaml/functions": "  {{ function.name }}: {{ function.statements "
        "| map(attribute='resources') | map('first') | join(', ') | quote }}\n",
    }
    text = SPEC.replace('"x" }', '"x" }\ngrants = ["one:get", "one:list"]') + '[resources.one]\nkind = "box"\n'
    assert b'  a: "one/*, one of orders"\n' in rendered(changes, text)["list.yaml"].content


def test_what_a_grant_brings_is_counted() -> None:
    offered = load(
        template(
            {
                "template/resources/box/part.toml": "[counts]\nservice = 1\neach = 10\ngranted = 100\n",
                "template/resources/box/grants.toml": '[grants.get]\nactions = ["s3:GetObject"]\n[grants.put]\n',
            }
        )
    )
    grants = 'grants = ["one:get", "one:put"]'
    boxes = '[resources.one]\nkind = "box"\n[resources.two]\nkind = "box"\n'
    wanted = spec.parse(SPEC.replace('"x" }', f'"x" }}\n{grants}') + boxes, offered)
    assert render.resource_count(wanted, offered) == 2 * 2 + 1 + 2 * 10 + 100


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("random_ascii_string(8)", "is undefined"),
        ("uuid4()", "is undefined"),
        ("lipsum()", "is undefined"),
        ("[1, 2] | random", "No filter named 'random'"),
    ],
)
def test_nothing_that_changes_from_run_to_run_is_there(name: str, message: str) -> None:
    with pytest.raises(HoldfastError, match=message):
        rendered({LIST: "a: {{ " + name + " }}\n"})


SHARED: dict[str, str | bytes | None] = {
    CALL: 'uses = ["first"]\n[options.word]\nrequired = true\n[function.memory]\nminimum = 2\n',
    "template/function/part.toml": '[options.memory]\ntype = "integer"\ndefault = 5\n',
    "template/events/other/part.toml": 'uses = ["first", "second"]\n',
    "template/shared/first/part.toml": 'uses = ["second"]\n[counts]\nservice = 1\neach = 10\n[options.word]\ndefault = "a"\n'
    '[options.loud]\ndefault = "no"\n[function.memory]\nminimum = 3\nmaximum = 9\n',
    "template/shared/second/part.toml": 'uses = ["first"]\n[options.last]\ndefault = "z"\n',
    "template/shared/second/slots/list.yaml/functions": "  second: once\n",
    "template/shared/first/files/first.txt": "once\n",
    "template/shared/first/each/slots/list.yaml/functions": "  {{ function.name }}-loud: {{ event.loud | quote }}\n",
}


def test_what_parts_share_stands_once_and_for_each_of_their_functions() -> None:
    made = rendered(SHARED, SPEC.replace('word = "yes"', 'word = "yes", loud = "very"'))
    assert made["list.yaml"].content.decode() == (
        'functions:\n  second: once\n  a: "x"\n  a-loud: "no"\n  b: "yes"\n  b-loud: "very"\n  # Yours go below this line.\n'
    )
    assert made["first.txt"].content == b"once\n"


def test_nobody_uses_it_and_it_is_not_there() -> None:
    assert "first.txt" not in rendered({**SHARED, CALL: "[options.word]\nrequired = true\n"})


def test_a_source_has_the_first_word_over_what_it_shares() -> None:
    offered = load(template(SHARED))
    assert [question.key for question in offered.parts["events", "call"].options] == ["word", "loud", "last"]
    assert offered.parts["events", "call"].options[0].required
    (memory,) = offered.function_options("call")
    assert (memory.minimum, memory.maximum) == (2, None)
    (memory,) = offered.function_options("other")
    assert (memory.minimum, memory.maximum) == (3, 9)
    wanted = spec.parse(
        SPEC.replace('"yes" }', '"yes" }').replace('{ kind = "call", word = "x" }', '{ kind = "other" }'), offered
    )
    assert render.resource_count(wanted, offered) == 1 + 2 * 10


def test_an_answer_brings_what_parts_share() -> None:
    brings = '[options.word]\ntype = "choice"\nchoices = ["x", "yes"]\n[brings.word]\nyes = ["first"]\n'
    first = {
        "template/shared/first/part.toml": "[counts]\neach = 7\n",
        "template/shared/first/files/first.txt": "once\n",
    }
    changes: dict[str, str | bytes | None] = {CALL: brings, **first}
    assert "first.txt" in rendered(changes)
    assert "first.txt" not in rendered(changes, SPEC.replace('"yes"', '"x"'))
    offered = load(template(changes))
    assert render.resource_count(spec.parse(SPEC, offered), offered) == 2 * 2 + 7


def test_a_boolean_switches_a_part_on() -> None:
    """It stands behind the chosen parts, once and for each function, and counts; off, it is as if it were not there."""
    wall: dict[str, str | bytes | None] = {
        "template/optional/wall/part.toml": 'switch = "net.wall"\n[counts]\nservice = 1\neach = 10\n'
        '[tables.net.wall]\ntype = "boolean"\ndefault = false\n',
        "template/optional/wall/slots/list.yaml/functions": "  wall: once\n",
        "template/optional/wall/each/slots/list.yaml/functions": "  {{ function.name }}-wall: {{ net.wall }}\n",
        "template/optional/wall/files/wall.txt": "high\n",
    }
    offered = load(template(wall))
    for answer, count in (("", 4), ("[net]\nwall = false\n", 4), ("[net]\nwall = true\n", 4 + 1 + 2 * 10)):
        made = rendered(wall, SPEC + answer)
        assert ("wall.txt" in made) == ("true" in answer)
        assert render.resource_count(spec.parse(SPEC + answer, offered), offered) == count
    assert made["list.yaml"].content.decode() == (
        'functions:\n  wall: once\n  a: "x"\n  a-wall: True\n  b: "yes"\n  b-wall: True\n  # Yours go below this line.\n'
    )
    assert rendered(wall)["list.yaml"] == rendered()["list.yaml"]


def test_a_need_that_is_empty_is_none() -> None:
    needy: dict[str, str | bytes | None] = {
        CALL: "needs = [\"{{ 'box:get' if event.word == 'z' }}\"]\n[options.word]\nrequired = true\n"
    }
    assert rendered(needy)["list.yaml"] == rendered()["list.yaml"]


BACKEND = """
needs = ["{{ system.box ~ ':get' if system.box is defined }}"]
[tables.system.mode]
type = "choice"
choices = ["local", "far", "farther"]
default = "local"
[tables.system.box]
type = "resource"
resource = "box"
external = true
needed = { mode = ["far", "farther"] }
[tables.system.place]
when = { mode = ["far", "farther"] }
"""
NEEDY: dict[str, str | bytes | None] = {
    "template/system/plain/part.toml": BACKEND,
    "template/resources/box/grants.toml": 'arn = "arn:{{ resource.name }}"\n[grants.get]\nactions = ["box:Get"]\n',
    "template/function/each/slots/list.yaml/functions": (
        "  {{ function.name }}: [{% for each in function.statements %}{{ each.resources[0] | quote }}{% endfor %}]\n"
    ),
}


def test_what_the_service_has_chosen_needs_a_grant_for_every_function() -> None:
    """And shows why each has it; one that was granted anyway is granted."""
    text = f"{SPEC}[system]\nmode = 'far'\nbox = 'key'\n[resources.key]\nkind = 'box'\n"
    listed = rendered(NEEDY, text)["list.yaml"].content.decode()
    assert listed == 'functions:\n  a: ["arn:key"]\n  b: ["arn:key"]\n  # Yours go below this line.\n'
    granted = text.replace('word = "x" }', 'word = "x" }\ngrants = ["key:get"]')
    assert rendered(NEEDY, granted)["list.yaml"].content.decode() == listed
    offered = load(template(NEEDY))
    found = render.graph_of(spec.parse(granted, offered), offered)
    assert [[p.because for p in link.permissions] for link in found.links] == [["grant"], ["service"]]
    assert (
        rendered(NEEDY)["list.yaml"].content.decode() == "functions:\n  a: []\n  b: []\n  # Yours go below this line.\n"
    )


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("mode = 'farther'", "holdfast.toml:7 system: box is missing"),
        (
            "box = 'key'",
            "holdfast.toml:8 system.box: there is no resource 'key'; add [resources.key] with kind = \"box\"",
        ),
        ("place = 'x'", 'it means something with mode = "far" or "farther" alone; remove it, or say that'),
    ],
)
def test_an_option_can_hang_on_one_of_several_answers(table: str, told: str) -> None:
    with pytest.raises(HoldfastError) as error:
        rendered(NEEDY, f"{SPEC}[system]\n{table}\n")
    assert told in str(error.value)
    offered = load(template(NEEDY))
    missing = spec.missing({"system": {"mode": "far"}}, offered)
    assert "system.box" in missing
    assert "system.box" not in spec.missing({"system": {"mode": "local"}}, offered)


def test_two_parts_cannot_ask_the_same() -> None:
    other: dict[str, str | bytes | None] = {
        "template/events/call/part.toml": "[options.word]\nrequired = true\n[tables.system.place]\n"
    }
    with pytest.raises(HoldfastError) as error:
        rendered(NEEDY | other)
    assert str(error.value) == (
        "template/system/plain/part.toml: it asks for system.place, and so does template/events/call; "
        "give one of them another key"
    )
