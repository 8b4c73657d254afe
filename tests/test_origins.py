"""Where old templates come from: the wheel's archives, a team's repository, a folder; the very same one, or none."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from holdfast import caches, git, lock, project, source, spec, tree, versions
from holdfast.catalogue import load
from living import LINES, SPEC, World
from living import world as world  # noqa: PLC0414 - a fixture
from minimal import ROOT

A = "template/project/files/a.txt"
CHANGED = LINES.replace("line 3\n", "theirs\n")


def published(world: World, tag: str) -> None:
    """The template as a commit of a team's repository, with a tag."""
    if not (world.template / ".git").exists():
        world.git("init", "--quiet", cwd=world.template)
    world.git("add", "--all", cwd=world.template)
    world.git("commit", "--quiet", "--message", tag, cwd=world.template)
    world.git("tag", "--force", tag, cwd=world.template)


def team(world: World) -> str:
    """A project of a team's template at its first tag; the template's address."""
    published(world, "v1.0.0")
    address = f"file://{world.template}"
    (world.place / "spec.toml").write_text(SPEC, encoding="utf-8")
    done = world.holdfast(
        "new", "orders", "--spec", "spec.toml", "--template", f"{address}@v1.0.0", "--no-git", cwd=world.place
    )
    assert done.code == 0, done.err
    world.git("init", "--quiet")
    world.commit()
    return address


def release(world: World, version: str, content: str = CHANGED) -> None:
    """Another version in the same repository."""
    kept = world.place / "kept"
    (world.template / ".git").rename(kept)
    world.release(version, {A: content})
    kept.rename(world.template / ".git")
    published(world, f"v{version}")


def forget(world: World) -> None:
    shutil.rmtree(world.place / "cache")


def test_a_teams_template_is_updated_to_its_newest_tag(world: World) -> None:
    address = team(world)
    release(world, "1.9.0")
    release(world, "1.10.0", CHANGED + "ten\n")
    release(world, "2.0.0-rc1", CHANGED + "two\n")
    forget(world)
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert "tiny 1.0.0 -> 1.10.0" in done.out
    assert world.read("a.txt").endswith("ten\n")
    location = world.lock()["templates"][0]["location"]  # type: ignore[index]
    assert location == f"{address}@{world.git('rev-parse', 'v1.10.0', cwd=world.template).strip()}"
    world.commit()
    assert world.holdfast("update", "--to", "1.9.0").code == 0
    assert world.read("a.txt") == CHANGED


def test_a_commit_that_was_fetched_before_is_not_fetched_again(world: World) -> None:
    """Another service of the same team, or the weekly job that finds nothing new."""
    team(world)
    release(world, "2.0.0")
    assert world.holdfast("update", "--dry-run").code == 0
    assert world.holdfast("update").code == 0
    world.git("reset", "--quiet", "--hard")

    def refused(*_: object, **__: object) -> None:
        pytest.fail("it was fetched again")

    world.patch.setattr(git, "read_commit", refused)
    assert "tiny 1.0.0 -> 2.0.0" in world.holdfast("update").out
    world.commit()
    assert world.holdfast("update").out == "orders: nothing to change.\n"
    world.git("tag", "--annotate", "--message", "again", "v3.0.0", cwd=world.template)
    assert world.holdfast("update").out == "orders: nothing to change.\n"


def test_what_was_fetched_once_is_not_needed_again(world: World) -> None:
    team(world)
    shutil.rmtree(world.template)
    assert world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=x").code == 0


def test_an_old_version_that_is_gone_says_what_was_looked_for_and_how_to_go_on(world: World) -> None:
    address = team(world)
    copy = world.place / "copy"
    shutil.copytree(world.template, copy)
    forget(world)
    before = world.state()
    shutil.rmtree(world.template)
    done = world.holdfast("sync")
    assert done.code == 2
    digest = world.lock()["templates"][0]["digest"]  # type: ignore[index]
    assert f"the template tiny 1.0.0 with digest {digest[:12]} is needed and cannot be had from {address}@" in done.err
    assert "name a folder or archive that holds it with --base" in done.err
    assert done.err.count("\n") == 1
    assert world.state() == before
    assert world.holdfast("sync", "--base", str(copy)).out == "orders: nothing to change.\n"
    assert world.state() == before


def test_another_base_than_the_one_that_is_needed_is_refused_with_both_digests(world: World) -> None:
    world.start()
    forget(world)
    old = world.lock()["templates"][0]["digest"]  # type: ignore[index]
    world.release("1.0.0", {A: CHANGED})
    new = source.folder(world.template).ref.digest
    done = world.holdfast("sync", "--base", str(world.template))
    assert done.code == 2
    assert (
        f"tiny 1.0.0 has digest {old} in holdfast.lock, and what is there is tiny 1.0.0 with digest {new}" in done.err
    )
    assert "it was changed or its tag moved" in world.holdfast("sync").err


def test_a_tag_that_moved_is_refused_with_both_digests(world: World) -> None:
    team(world)
    old = world.lock()["templates"][0]["digest"]  # type: ignore[index]
    release(world, "1.0.0")
    new = source.folder(world.template).ref.digest
    done = world.holdfast("update")
    assert done.code == 2
    assert f"version 1.0.0 has digest {old} in holdfast.lock, and is {new} now; a version that was released" in done.err
    # A lock that names the tag itself, as people write by hand, notices it too.
    forget(world)
    text = world.read("holdfast.lock")
    world.write("holdfast.lock", text.replace(world.lock()["templates"][0]["location"].rpartition("@")[2], "v1.0.0"))  # type: ignore[index]
    done = world.holdfast("sync")
    assert done.code == 2
    assert old in done.err
    assert new in done.err


def test_a_folder_has_one_version_alone(world: World) -> None:
    world.start()
    world.release("2.0.0", {"template/project/files/a.txt": "new\n"})
    for asked in ("9", "1.0.0"):
        done = world.holdfast("update", "--to", asked)
        assert (done.code, done.err) == (
            2,
            f"holdfast: {world.template}: there is no version '{asked}': that folder holds 2.0.0 alone; "
            "leave out --to, or name a git repository with --template\n",
        )
    assert world.holdfast("update", "--to", "2.0.0").code == 0
    assert world.read("a.txt") == "new\n"


def test_a_tag_that_moved_to_another_version_is_refused_too(world: World) -> None:
    team(world)
    old = world.lock()["templates"][0]["digest"]  # type: ignore[index]
    release(world, "2.0.0")
    world.git("tag", "--force", "v1.0.0", cwd=world.template)
    new = source.folder(world.template).ref.digest
    done = world.holdfast("update", "--to", "1.0.0")
    assert done.code == 2
    assert f"version 1.0.0 has digest {old} in holdfast.lock, and is {new} now; a version that was released" in done.err
    assert world.holdfast("update", "--to", "2.0.0").code == 0


def test_a_folder_named_from_beside_the_project_is_found_from_inside(world: World) -> None:
    (world.place / "spec.toml").write_text(SPEC, encoding="utf-8")
    world.holdfast("new", "orders", "--spec", "spec.toml", "--template", "template", "--no-git", cwd=world.place)
    world.release("2.0.0", {A: CHANGED})
    assert world.holdfast("update").code == 0
    assert world.read("a.txt") == CHANGED
    assert world.lock()["templates"][0]["location"] == "template"  # type: ignore[index]


def test_another_template_is_taken_when_it_is_named(world: World) -> None:
    world.start()
    other = str(world.files["template/template.toml"]).replace("tiny", "other")
    world.release("1.0.0", {"template/template.toml": other, A: CHANGED})
    done = world.holdfast("update")
    assert done.code == 2
    assert "it is called other, and the project was made with tiny" in done.err
    assert world.holdfast("update", "--template", str(world.template)).code == 0
    assert world.read("a.txt") == CHANGED


def released(world: World, version: str) -> None:
    """A project that an older holdfast made of its own template, with edits of all kinds."""
    (archive,) = (ROOT / "releases").glob(f"holdfast-{version}-*.zip")
    catalogue = load(source.archive(archive, trusted=True))
    text = (
        '[project]\nname = "orders"\nowner = "payments"\n\n[resources.orders]\nkind = "table"\n\n# One.\n[functions.place-order]\n'
        'event = { kind = "http-api", route = "POST /orders" }\ngrants = ["orders:put"]\n'
    )
    world.project.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), world.project)
    world.git("init", "--quiet")
    world.write("template.yaml", world.read("template.yaml") + "  # mine: at the end\n")
    world.write("README.md", world.read("README.md") + "\nMine at the end.\n")
    world.write("src/orders/functions/place_order/handler.py", "# all mine\n")
    world.commit()


def test_released_templates_update_step_by_step_and_at_once(world: World) -> None:
    """The real ones, offline: 0.1.0 -> 0.2.0 -> this one is 0.1.0 -> this one, and edits are kept."""
    released(world, "0.1.0")
    twin = world.place / "twin"
    world.git("clone", "--quiet", str(world.project), str(twin), cwd=world.place)
    assert world.holdfast("update", "--to", "0.2.0").code == 0
    world.commit()
    done = world.holdfast("update", "--defaults")
    assert (done.code, done.err) == (0, "")
    assert world.holdfast("update", "--defaults", cwd=twin).code == 0
    for path in (
        path.relative_to(twin).as_posix() for path in twin.rglob("*") if path.is_file() and ".git/" not in str(path)
    ):
        assert (twin / path).read_bytes() == (world.project / path).read_bytes(), path
    assert world.read("template.yaml").endswith("  # mine: at the end\n")
    assert world.read("README.md").endswith("\nMine at the end.\n")
    assert world.read("src/orders/functions/place_order/handler.py") == "# all mine\n"
    now = source.bundled().ref
    assert world.lock()["templates"] == [{"name": now.name, "version": now.version, "digest": now.digest}]
    assert world.holdfast("update").out == "orders: nothing to change.\n"


def test_the_changelog_of_ours_is_shown_and_travels_with_the_template(world: World) -> None:
    released(world, "0.1.0")
    news = world.outcome("update", "--to", "0.2.0", "--dry-run")["changelog"]
    assert isinstance(news, str)
    assert news.startswith("## [0.2.0] - ")
    assert "`holdfast privileges` compares" in news
    assert "0.3.0" not in news
    assert "0.1.0" not in news


def test_a_version_that_nobody_knows_is_refused(world: World) -> None:
    released(world, "0.2.0")
    done = world.holdfast("update", "--to", "0.1.7")
    assert done.code == 2
    assert "--to: there is no version '0.1.7'; this holdfast knows 0.1.0, 0.2.0, " in done.err
    text = world.lock()
    text["templates"][0] |= {"version": "9.9.9", "digest": "f" * 64}  # type: ignore[index]
    world.write("holdfast.lock", json.dumps(text))
    done = world.holdfast("sync")
    assert done.code == 2
    assert (
        "the template holdfast 9.9.9 with digest ffffffffffff is not among the templates that this holdfast knows"
        in done.err
    )
    now = source.bundled().ref
    text["templates"][0] |= {"version": now.version}  # type: ignore[index]
    world.write("holdfast.lock", json.dumps(text))
    refused = world.holdfast("sync").err
    assert f"has digest {'f' * 64} in holdfast.lock" in refused
    assert f"with digest {now.digest}; it was another before it was released" in refused
    text["templates"][0] |= {"version": "0.1.0"}  # type: ignore[index]
    world.write("holdfast.lock", json.dumps(text))
    assert f"holdfast 0.1.0 has digest {'f' * 64} in holdfast.lock" in world.holdfast("sync").err


def test_a_lost_lock_is_found_again_where_one_version_is_certain(world: World) -> None:
    released(world, "0.1.0")
    kept = world.read("holdfast.lock")
    (world.project / "holdfast.lock").unlink()
    (world.project / ".editorconfig").unlink()
    done = world.holdfast("sync")
    assert "`holdfast adopt` finds out which template made the project" in done.err
    dry = world.holdfast("adopt", "--dry-run")
    assert dry.code == 0
    assert not (world.project / "holdfast.lock").exists()
    done = world.holdfast("adopt")
    assert done.code == 0, done.err
    assert done.out.startswith("orders: made with holdfast 0.1.0; its holdfast.lock is written.\n")
    assert (
        "Changed:\n  README.md\n  src/orders/functions/place_order/handler.py\n  template.yaml\n\nMissing:\n  .editorconfig\n"
        in done.out
    )
    assert world.read("holdfast.lock") == kept
    again = world.holdfast("adopt")
    assert (again.code, "it has its holdfast.lock" in again.err) == (2, True)


def test_a_project_that_is_near_no_version_is_adopted_only_with_a_base(world: World) -> None:
    world.start()
    (world.project / "holdfast.lock").write_text("{", encoding="utf-8")
    world.write("a.txt", "mine\n")
    done = world.holdfast("adopt")
    assert done.code == 2
    assert "no version that this holdfast knows takes its holdfast.toml" in done.err
    assert "--base" in done.err
    found = world.holdfast("adopt", "--base", str(world.template), "--json")
    assert found.code == 0, found.err
    said = json.loads(found.out)
    assert (said["template"]["version"], said["changed"]) == ("1.0.0", ["a.txt"])
    assert lock.parse(world.read("holdfast.lock")).templates[0].location == str(world.template)
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_a_lock_that_is_none_of_ours_to_replace_is_not_adopted_over(world: World) -> None:
    world.start()
    newer = world.read("holdfast.lock").replace('"format": 1', '"format": 2')
    world.write("holdfast.lock", newer)
    done = world.holdfast("adopt", "--base", str(world.template))
    assert (done.code, done.err) == (2, "holdfast: holdfast.lock: it has format 2; update holdfast\n")
    assert world.read("holdfast.lock") == newer
    (world.project / "holdfast.lock").unlink()
    (world.project / "holdfast.lock").symlink_to(world.place / "nowhere")
    done = world.holdfast("adopt", "--base", str(world.template))
    assert (done.code, "holdfast.lock: it is no plain file of a spec's size" in done.err) == (2, True)
    assert (world.project / "holdfast.lock").is_symlink()


def test_a_lock_names_a_place_where_its_template_is_to_be_had(world: World) -> None:
    """Ours needs none, though it was unpacked somewhere; an archive of another is none."""
    released(world, "0.1.0")
    kept = world.read("holdfast.lock")
    (archive,) = (ROOT / "releases").glob("holdfast-0.1.0-*.zip")
    shutil.unpack_archive(archive, world.place / "unpacked")
    for base in (archive, world.place / "unpacked"):
        (world.project / "holdfast.lock").unlink()
        assert world.holdfast("adopt", "--base", str(base)).code == 0
        assert world.read("holdfast.lock") == kept
    shutil.rmtree(world.project)
    world.start()
    (world.project / "holdfast.lock").unlink()
    foreign = shutil.make_archive(str(world.place / "foreign"), "zip", world.template)
    done = world.holdfast("adopt", "--base", foreign)
    assert (done.code, done.err) == (
        2,
        f"holdfast: {foreign}: no lock can say where that template is to be had again; unpack it and name the folder\n",
    )


def test_adopt_says_what_is_wrong_with_the_spec(world: World) -> None:
    world.start()
    (world.project / "holdfast.lock").unlink()
    world.write("holdfast.toml", SPEC.replace('word = "hello"', 'wort = "hello"'))
    done = world.holdfast("adopt", "--base", str(world.template))
    assert "holdfast.toml:10 functions.hello.event.wort: " in done.err
    said = world.holdfast("adopt").err  # None of ours has this kind of event.
    assert "holdfast.toml:10 functions.hello.event.kind: no version that this holdfast knows takes its" in said
    world.write("holdfast.toml", SPEC + "x = [")
    for base in ([], ["--base", str(world.template)]):
        assert "holdfast.toml:11: not TOML: " in world.holdfast("adopt", *base).err
    (world.project / "holdfast.toml").unlink()
    assert f"{world.project}: there is no holdfast.toml; go to the folder" in world.holdfast("adopt").err


def test_a_project_far_from_every_version_is_not_adopted_by_guess(world: World) -> None:
    released(world, "0.1.0")
    (world.project / "holdfast.lock").unlink()
    for path in list(world.project.rglob("*.py")):
        path.write_text("mine\n", encoding="utf-8")
    done = world.holdfast("adopt")
    assert done.code == 2
    assert "no version is near enough to be certain (" in done.err
    assert not (world.project / "holdfast.lock").exists()


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.9", "1.10"),
        ("1.0.0-rc1", "1.0.0"),
        ("1.0.0-rc2", "1.0.0-rc10"),
        ("0.9", "v1"),
        ("", "0.1"),
        ("1", "1.0.1"),
        ("9" * 5000, "1"),
    ],
)
def test_versions_are_sorted_by_age(older: str, newer: str) -> None:
    assert versions.order(older) < versions.order(newer)
    assert versions.order("v1.0") == versions.order("1.0.0")


def test_a_cache_that_cannot_be_written_or_is_broken_is_no_harm(world: World) -> None:
    world.start()
    cache = caches.folder()
    assert cache
    for path in (cache / "templates").iterdir():
        path.write_bytes(b"broken")
    assert world.holdfast("sync").code == 0
    shutil.rmtree(cache)
    cache.write_bytes(b"")
    world.release("1.0.1", {})
    assert cache.is_file()
    done = world.holdfast("update", "--base", str(world.template))
    assert done.code == 2


def test_a_git_that_finds_no_bare_repository_by_itself_is_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = world.place / "gitconfig"
    settings.write_text("[safe]\n\tbareRepository = explicit\n[user]\n\tname = a\n\temail = a@b\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    team(world)
    release(world, "1.1.0")
    assert world.holdfast("update").code == 0
    assert world.holdfast("update", "--to", "v1.0.0").code == 0
    forget(world)
    assert (
        world.holdfast("update", "--to", world.git("rev-parse", "--short", "HEAD", cwd=world.template).strip()).code
        == 0
    )


def test_an_unreachable_repository_is_one_line(world: World) -> None:
    team(world)
    text = world.read("holdfast.lock").replace(f"file://{world.template}", "https://127.0.0.1:1/nothing")
    world.write("holdfast.lock", text)
    forget(world)
    for command in ("sync", "update"):
        done = world.holdfast(command)
        assert done.code == 2, command
        assert "https://127.0.0.1:1/nothing" in done.err
        assert done.err.count("\n") == 1


def test_git_itself_is_not_asked_in_a_project_that_its_repository_ignores(world: World) -> None:
    outer = world.place / "outer"
    outer.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=outer, check=True)
    (outer / ".gitignore").write_text("orders/\n", encoding="utf-8")
    inner = World(outer, world.patch, world.files)
    world.start(git=False, root=outer / "orders")
    inner.write("a.txt", CHANGED.replace("line 9\n", "mine\n"))
    assert inner.holdfast("add", "function", "ship", "--event", "call", "--set", "word=x").code == 0
