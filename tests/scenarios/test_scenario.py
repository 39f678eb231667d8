"""A folder of scenarios is read file by file, and every defect is named where it is."""

import re
from pathlib import Path

import pytest

from devtrace.errors import UsageError
from devtrace.scenarios import scenario as scenario_module
from devtrace.scenarios.folder import scenario_folder, shop_folder
from devtrace.scenarios.scenario import (
    Catalogue,
    Scenario,
    Step,
    load_scenario,
    load_scenarios,
    require_ids,
)

SOUND = '''
id = "slow_payment"
title = "Slow payment"
group = "Slow"
lesson = """
The bank takes its time.
"""
look_for = "the longest solid bar"
faults = ["slow_payment"]

[[steps]]
method = "POST"
path = "/checkout"
body = { user_id = "42", items = [{ sku = "ESP-01", quantity = 1 }] }
count = 2
expect_status = 402

[remedy]
python = "timeout=1"
'''


def write(folder: Path, name: str, text: str) -> None:
    """Put a file with *text* into *folder*."""
    (folder / name).write_text(text, encoding="utf-8")


def problem_of(folder: Path, text: str) -> str:
    """Return the one defect of a scenario file that holds *text*."""
    write(folder, "bad.toml", text)
    catalogue = load_scenarios(folder)
    assert catalogue.scenarios == ()
    assert len(catalogue.problems) == 1
    return catalogue.problems[0]


def test_a_sound_file_becomes_a_scenario(tmp_path: Path) -> None:
    """Everything that a file says is in the scenario; what it may leave out has a default."""
    write(tmp_path, "slow.toml", SOUND)

    catalogue = load_scenarios(tmp_path)

    assert catalogue.problems == ()
    assert catalogue.scenarios == (
        Scenario(
            id="slow_payment",
            title="Slow payment",
            group="Slow",
            lesson="The bank takes its time.",
            look_for="the longest solid bar",
            faults=("slow_payment",),
            steps=(
                Step(
                    method="POST",
                    path="/checkout",
                    body={"user_id": "42", "items": [{"sku": "ESP-01", "quantity": 1}]},
                    count=2,
                    expect_status=(402,),
                ),
            ),
            remedy={"python": "timeout=1"},
        ),
    )


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ('id = "slow_payment"', "", "bad.toml: id: is missing"),
        ('"slow_payment"\ntitle', '"Slow!"\ntitle', "bad.toml: id: 'Slow!' is not made of"),
        ('title = "Slow payment"', "title = 7", "bad.toml: title: must be a text"),
        ('["slow_payment"]', '"slow_payment"', "bad.toml: faults: must be a list of texts"),
        ("count = 2", "count = 0", "bad.toml: steps[0]: count: must be a whole number from 1"),
        ("count = 2", "count = true", "bad.toml: steps[0]: count: must be a whole number"),
        ("count = 2", "cuont = 2", "steps[0]: cuont: is not known; did you mean count?"),
        ("count = 2", "zzz = 2", "bad.toml: steps[0]: zzz: is not known"),
        ('"POST"', '"SEND"', "bad.toml: steps[0]: method: 'SEND' is none of GET, POST"),
        ('"/checkout"', '"checkout"', "bad.toml: steps[0]: path: 'checkout' does not begin"),
        ('"42"', "2025-10-09", "bad.toml: steps[0]: body: holds a date"),
        ("[[steps]]", "[steps]", "bad.toml: steps: must be one or more tables [[steps]]"),
        ("[remedy]", "[[remedy]]", "bad.toml: remedy: must be a table"),
        ('python = "timeout=1"', "python = []", "bad.toml: remedy: python: must be a text"),
        ("[remedy]", "[remedy", "bad.toml: cannot be read: "),
    ],
)
def test_a_defect_is_named_with_its_file_and_key(
    tmp_path: Path, written: str, instead: str, problem: str
) -> None:
    """Whoever edits a scenario reads where to look, and what would be right."""
    assert re.search(re.escape(problem), problem_of(tmp_path, SOUND.replace(written, instead)))


def test_every_defect_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """One edit mends a file; nobody fixes one key to learn about the next."""
    write(tmp_path, "bad.toml", 'id = "x"\n[[steps]]\nmethod = "GET"\npath = "nowhere"\n')

    keys = [problem.split(": ")[-2] for problem in load_scenarios(tmp_path).problems]

    assert sorted(keys) == ["group", "lesson", "look_for", "path", "title"]


def test_a_file_with_a_defect_leaves_the_others_alone(tmp_path: Path) -> None:
    """One broken lesson costs that lesson."""
    write(tmp_path, "a.toml", "\x00")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    write(tmp_path, "c.toml", SOUND)
    write(tmp_path, "d.toml", SOUND)

    catalogue = load_scenarios(tmp_path)

    assert [scenario.id for scenario in catalogue.scenarios] == ["slow_payment"]
    assert [problem.split(":")[0] for problem in catalogue.problems] == [
        "a.toml",
        "b.toml",
        "d.toml",
    ]
    assert catalogue.problems[-1] == "d.toml: id: 'slow_payment' is taken by c.toml"


def test_the_catalogue_is_in_the_order_its_files_ask_for(tmp_path: Path) -> None:
    """A first lesson comes first, whatever its name; without a wish it is the alphabet."""
    for name, order in (("zebra", "order = 1"), ("bee", ""), ("ant", "")):
        write(
            tmp_path, f"{name}.toml", order + SOUND.replace('"slow_payment"\nt', f'"{name}"\nt')
        )

    assert [each.id for each in load_scenarios(tmp_path).scenarios] == ["zebra", "ant", "bee"]


@pytest.mark.parametrize("folder", [None, Path("/nowhere/at/all")])
def test_no_folder_holds_no_scenarios(folder: Path | None) -> None:
    """Without the shop there is nothing to play, and nothing wrong."""
    assert load_scenarios(folder) == ((), ())


def test_the_shops_own_scenarios_are_sound() -> None:
    """What is shipped can be played, and is found without importing the shop."""
    catalogue = load_scenarios(scenario_folder())

    assert catalogue.problems == ()
    ids = [scenario.id for scenario in catalogue.scenarios]
    assert ids[0] == "checkout"
    assert ids.index("slow_payment") < ids.index("failed_charge")


@pytest.mark.parametrize(
    ("asked", "hint"), [("slow_paymnt", "did you mean slow_payment?"), ("zzz", "--list")]
)
def test_asking_for_an_unknown_scenario_names_the_nearest(
    tmp_path: Path, asked: str, hint: str
) -> None:
    """A slip of the finger is mended by reading one line."""
    write(tmp_path, "slow.toml", SOUND)
    catalogue = load_scenarios(tmp_path)

    with pytest.raises(UsageError) as caught:
        catalogue.pick(("slow_payment", asked))

    assert str(caught.value).startswith(f"cannot play '{asked}': there is no such scenario")
    assert hint in f"{caught.value} {caught.value.hint}"


def test_scenarios_are_played_in_the_order_they_are_named() -> None:
    """The command line decides, also on playing one of them twice."""
    scenarios = tuple(
        Scenario(id=each, title="", group="", lesson="", look_for="", faults=(), steps=())
        for each in ("a", "b")
    )

    assert [each.id for each in Catalogue(scenarios, ()).pick(("b", "a", "b"))] == [
        "b",
        "a",
        "b",
    ]


def test_a_file_that_is_broken_while_one_edits_keeps_what_it_was(tmp_path: Path) -> None:
    """What is wrong is told with its line; the others are read anew."""
    write(tmp_path, "slow.toml", SOUND)
    write(tmp_path, "fast.toml", SOUND.replace("slow_payment", "fast_payment"))
    before = load_scenarios(tmp_path).scenarios
    write(tmp_path, "slow.toml", 'id = "slow_payment"\ntitle "Slow"')
    write(tmp_path, "fast.toml", SOUND.replace("slow_payment", "fast_payment") + 'go = "x"')

    catalogue = load_scenarios(tmp_path, before=before)

    fast, slow = catalogue.scenarios
    assert slow is before[1]
    assert fast.remedy == {"python": "timeout=1", "go": "x"}
    (problem,) = catalogue.problems
    assert problem == (
        "slow.toml: cannot be read: "
        "Expected '=' after a key in a key/value pair (at line 2, column 7)"
    )


def test_a_file_that_is_gone_takes_its_scenario_along(tmp_path: Path) -> None:
    """Only what is defective stays what it was."""
    write(tmp_path, "slow.toml", SOUND)
    before = load_scenarios(tmp_path).scenarios
    (tmp_path / "slow.toml").unlink()

    assert load_scenarios(tmp_path, before=before).scenarios == ()


def test_ids_are_looked_for_without_understanding_files(tmp_path: Path) -> None:
    """A typing error is told at once, also beside files that cannot be read."""
    write(tmp_path, "anything.toml", SOUND)
    (tmp_path / "binary.toml").write_bytes(b"\xff")

    require_ids(["slow_payment"], tmp_path)
    with pytest.raises(UsageError, match="did you mean slow_payment"):
        require_ids(["slow_paymnt"], tmp_path)
    with pytest.raises(UsageError, match="there is no such scenario"):
        require_ids(["slow_payment"], None)


def test_the_shop_of_ones_own_is_a_folder_with_the_package_in_it(tmp_path: Path) -> None:
    """And has its own scenarios; without it there is the installed one."""
    assert shop_folder(tmp_path) == tmp_path / "demo_services"
    assert scenario_folder(tmp_path) == tmp_path / "demo_services" / "scenarios"
    installed = shop_folder()
    assert installed is not None
    assert (installed / "orders.py").exists()


def test_a_list_of_scenarios_need_not_understand_their_queries(tmp_path: Path) -> None:
    """It costs a grammar that nobody asked for; everything else is looked at all the same."""
    write(tmp_path, "slow.toml", SOUND + '[[expectations]]\nsays = "x"\nquery = "{{{"\n')

    assert load_scenarios(tmp_path).scenarios == ()
    (scenario,) = load_scenarios(tmp_path, checks_queries=False).scenarios
    assert scenario.expectations[0].query == "{{{"


def test_the_example_of_the_guide_can_be_played(tmp_path: Path) -> None:
    """What docs/own-scenarios.md shows is a scenario, and it names every key there is."""
    guide = (Path(__file__).parents[2] / "docs" / "own-scenarios.md").read_text("utf-8")
    file = tmp_path / "orders.toml"
    file.write_text(guide.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")

    scenario = load_scenario(file)

    assert len(scenario.expectations) == 3
    assert scenario.steps[0].expect_status == (200, 201)
    source = Path(scenario_module.__file__).read_text("utf-8")
    keys = set(re.findall(r'table\.\w+\(\s*"(\w+)"', source))
    assert keys
    assert not {key for key in keys if f"`{key}" not in guide}


def test_one_file_is_read_wherever_it_is(tmp_path: Path) -> None:
    """All its defects are told together; a file that is missing is one."""
    file = tmp_path / "own.toml"
    file.write_text('id = "A"\ntitle = 3\n')

    with pytest.raises(UsageError) as caught:
        load_scenario(file)
    with pytest.raises(UsageError, match="cannot be read"):
        load_scenario(tmp_path / "missing.toml")

    assert "own.toml: id: 'A' is not made of" in str(caught.value)
    assert "own.toml: title: must be a text" in str(caught.value)
    assert "own.toml: steps: must be one or more tables" in str(caught.value)
