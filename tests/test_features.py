"""Every line of docs/features.md is named by a test that runs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
LIST = ROOT / "docs/features.md"
CHECKLIST = ROOT.parent / "shared/spec/features.md"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def read_ids(path: Path, pattern: str) -> list[str]:
    return re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)


def list_proofs(source: str) -> Iterator[tuple[str, str, bool]]:
    """Yield id, test and whether it is skipped or expected to fail, for each marker of a test file.

    A marker on a single case (``pytest.param(…, marks=…)``) counts for its test; ids may be written in a table of cases
    (``pytest.mark.feature(*ids)``), of which every text that looks like one is taken.
    """
    tree = ast.parse(source)
    module_marks = [node.value for node in tree.body if isinstance(node, ast.Assign) and _names(node, "pytestmark")]
    for function in (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)):
        if not function.name.startswith("test_"):
            continue
        is_out = any(_is_out(mark) for mark in (*function.decorator_list, *module_marks))
        for decorator in function.decorator_list:
            for call in (node for node in ast.walk(decorator) if _is_feature(node)):
                is_table = any(isinstance(argument, ast.Starred) for argument in call.args)
                for node in ast.walk(decorator if is_table else call):
                    if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z]{2}-\d{3}", str(node.value)):
                        yield node.value, function.name, is_out


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _is_feature(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.feature"


def _is_out(mark: ast.expr) -> bool:
    """Tell whether a decorator of the whole test skips it, expects it to fail, or leaves it to the long run."""
    text = ast.unparse(mark)
    return re.match(r"\[?pytest\.mark\.(skip|skipif|xfail|full|realdata)\b", text) is not None


@pytest.fixture(scope="module")
def proofs() -> dict[str, dict[str, bool]]:
    """Return by id the tests that name it, and whether each is out."""
    found: dict[str, dict[str, bool]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if "mark.feature" in source and path != Path(__file__):
            for feature, test, is_out in list_proofs(source):
                found.setdefault(feature, {})[f"{path.relative_to(ROOT)}::{test}"] = is_out
    return found


@pytest.fixture(scope="module")
def ids() -> list[str]:
    return read_ids(LIST, r"^\| ([A-Z]{2}-\d{3}) \|")


def test_every_id_stands_once(ids):
    assert len(ids) == len(set(ids)) == 225


@pytest.mark.skipif(not CHECKLIST.is_file(), reason="the checklist is not beside the checkout")
def test_the_list_has_the_ids_of_the_checklist_in_its_order(ids):
    assert ids == read_ids(CHECKLIST, r"^- ([A-Z]{2}-\d{3}) ")


def test_every_line_is_proven(ids, proofs):
    assert [feature for feature in ids if feature not in proofs] == []


def test_no_test_names_a_line_that_is_not_there(ids, proofs):
    assert {feature: list(tests) for feature, tests in proofs.items() if feature not in ids} == {}


def test_every_line_is_proven_by_a_test_that_runs(proofs):
    assert [feature for feature, tests in proofs.items() if all(tests.values())] == []


def test_markers_are_found_on_tests_and_cases_and_skips_are_seen():
    source = """
@pytest.mark.feature("ML-001", "ML-002")
def test_a(): ...
@pytest.mark.skip(reason="later")
@pytest.mark.feature("ML-003")
def test_b(): ...
@pytest.mark.parametrize("x", [pytest.param(c, marks=pytest.mark.feature(*i)) for i, c in [(("ML-004",), 1)]])
def test_c(x): ...
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.feature("ML-005")), "ML-006"])
def test_d(x): ...
"""

    found = [(feature, is_out) for feature, _, is_out in list_proofs(source)]

    assert found == [("ML-001", False), ("ML-002", False), ("ML-003", True), ("ML-004", False), ("ML-005", False)]
