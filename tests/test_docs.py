"""The documents say what is so."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from pipelines.cli.main import COMMANDS
from pipelines.codes import CODES
from pipelines.templates.template import PARTS, Template

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def read_blocks(section: str) -> list[str]:
    text = (ROOT / "README.md").read_text()
    body = text.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", body, re.DOTALL)


def test_the_start_section_has_two_commands_that_set_up_for_themselves():
    demo, tests = read_blocks("Start")

    assert demo.strip().endswith(".venv/bin/leadmill demo")
    assert "pytest" in tests
    for block in (demo, tests):
        assert "python3 -m venv" in block
        assert "--constraint constraints.txt" in block


def test_every_command_that_the_readme_shows_is_there():
    text = (ROOT / "README.md").read_text()
    shown = {shlex.split(line)[1] for line in re.findall(r"^leadmill .*$", text, re.MULTILINE)}
    shown |= set(re.findall(r"`leadmill ([a-z]+)", text))

    assert shown <= set(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_every_code_is_explained_and_nothing_else():
    documented = dict(
        re.findall(r"^\| `([A-Z_]+)(?:<category>)?` \| (.*) \|$", (ROOT / "docs/codes.md").read_text(), re.M)
    )

    expected = {("R_DNC_" if code == "R_DNC" else code): f"{c.meaning} | {c.remedy}" for code, c in CODES.items()}
    assert documented == expected


def test_every_code_that_the_pipelines_use_is_known():
    used = set()
    for path in [*ROOT.glob("pipelines/**/*.py"), *ROOT.glob("sql/**/*.sql")]:
        if "dialects" in path.parts:  # held to the codes by a test of its own
            continue
        used |= set(re.findall(r"""["']((?:R|Q|W)_[A-Z_]+[A-Z])["']""", path.read_text()))

    assert used - set(CODES) == set()


def test_pins_are_the_same_for_pip_and_for_uv_and_name_no_host():
    text = (ROOT / "constraints.txt").read_text()
    pins = [line.strip() for line in text.splitlines() if line.strip()]

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["constraint-dependencies"] == pins
    assert "://" not in text
    assert all("==" in pin for pin in pins)


def test_every_dependency_has_a_lower_and_an_upper_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [d for group in project["optional-dependencies"].values() for d in group]

    for dependency in wanted:
        if not dependency.startswith(("leadmill", "tzdata")):  # tzdata is numbered by year: any newer one is right
            assert re.search(r">=.*,<", dependency), dependency


def test_the_tree_of_the_architecture_is_there():
    for folder in re.findall(r"^\| `([a-z/]+)`", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE):
        assert (ROOT / folder.rstrip("/")).is_dir(), folder


def test_every_key_of_a_template_is_explained_with_nothing_else():
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs/templates.md").read_text(), re.MULTILINE))

    keys = {field.alias or name for name, field in Template.model_fields.items()}
    for name in sorted(PARTS):  # a part before the parts inside it
        keys -= {name}
        keys |= {f"{name}.{field.alias or key}" for key, field in PARTS[name].model_fields.items()}
    assert documented == keys


def test_documents_that_the_code_names_are_there():
    for path in [*ROOT.glob("pipelines/**/*.py"), *ROOT.glob("assets/*.py"), *ROOT.glob("sql/**/*.sql")]:
        for named in re.findall(r"docs/[\w/-]+\.md", path.read_text()):
            assert (ROOT / named).is_file(), f"{path}: {named}"
