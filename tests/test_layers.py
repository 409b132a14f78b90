"""The layers of the design, read off the imports: each broken line is named."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# From the bottom up; packages of one row do not import each other.
ROWS = (
    ("core",),
    ("phantom", "cohort", "stats", "jobs"),
    ("nn", "images"),
    ("train", "explain", "review", "report"),
    ("workflows",),
    ("ui", "cli"),
    ("pages", "__main__"),
    ("app",),
)
RANK = {package: rank for rank, row in enumerate(ROWS) for package in row}
PAGES_MAY_IMPORT = {"ui", "workflows"}
WITHOUT_TORCH = {"core", "cohort", "stats", "jobs"}
STREAMLIT_IN = {"ui", "pages", "app"}
PRINT_IN = {"cli", "__main__"}
IN_ONE_MODULE = ("pydicom", "timm", "imagehash", "cleanlab", "mlflow", "ray", "weasyprint")
ORACLES = ("krippendorff", "pingouin", "statsmodels")
HEAVY = (
    "torch", "torchvision", "timm", "sklearn", "pydicom", "pytorch_grad_cam", "mlflow", "cleanlab",
)  # fmt: skip


@dataclass(frozen=True)
class Import:
    """One imported module and the line that does it."""

    path: str
    line: int
    package: str
    target: str

    @property
    def top(self) -> str:
        return self.target.split(".")[0]

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.target}"


def sources() -> list[Path]:
    paths = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "sgus").rglob("*.py")]
    return sorted(path for path in paths if path.is_file())


def package_of(path: Path, root: Path = ROOT) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return parts[0] if parts[0] != "sgus" else parts[1]


def imports_of(path: Path, root: Path = ROOT) -> Iterator[Import]:
    """Every import of a file, those inside functions too."""
    relative = path.relative_to(root)
    here = [*relative.parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from sgus import nn` names a package; `from sgus import __version__` does not.
            targets = [f"{module}.{a.name}" if module == "sgus" else module for a in node.names]
        else:
            continue
        for target in sorted(set(targets)):
            yield Import(str(relative), node.lineno, package_of(path, root), target)


def sgus_package(found: Import) -> str | None:
    """The package of this project that an import reaches, `None` for the outside world."""
    parts = found.target.split(".")
    if parts[0] in ("app", "pages"):
        return parts[0]
    return parts[1] if parts[0] == "sgus" and len(parts) > 1 and parts[1] in RANK else None


def breaks_layers(found: Import) -> bool:
    target = sgus_package(found)
    if target is None or target == found.package or found.package == "__init__":
        return False
    if found.package == "pages":
        return target not in PAGES_MAY_IMPORT
    return RANK[target] >= RANK[found.package]


ALL = [found for path in sources() for found in imports_of(path)]


def listed(broken: list[Import]) -> str:
    return "\n".join(map(str, broken))


def test_every_package_has_its_row() -> None:
    assert {package_of(path) for path in sources()} <= {*RANK, "__init__"}
    assert len(ALL) > 50


def test_imports_point_down() -> None:
    broken = [found for found in ALL if breaks_layers(found)]
    assert not broken, f"the layers of docs/architecture.md are broken:\n{listed(broken)}"


def test_only_the_interface_imports_streamlit() -> None:
    broken = [f for f in ALL if f.top == "streamlit" and f.package not in STREAMLIT_IN]
    assert not broken, listed(broken)


def test_the_lower_layers_know_nothing_of_networks() -> None:
    networks = ("torch", "torchvision", "timm")
    broken = [f for f in ALL if f.top in networks and f.package in WITHOUT_TORCH]
    assert not broken, listed(broken)


@pytest.mark.parametrize("library", IN_ONE_MODULE)
def test_a_replaceable_library_has_one_door(library: str) -> None:
    users = {found.path for found in ALL if found.top == library}
    assert len(users) <= 1, f"{library} is imported in {sorted(users)}"


def test_what_only_tests_may_import_stays_out() -> None:
    """Packages that the figures are checked with, some of them under the GPL."""
    broken = [found for found in ALL if found.top in ORACLES]
    assert not broken, listed(broken)
    needed = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    assert not [name for name in ORACLES if name in needed]


def modules_after(code: str) -> set[str]:
    """Top-level names in sys.modules of a fresh interpreter after `code`."""
    ending = "\nimport sys\nprint(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code + ending],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_starts_light() -> None:
    loaded = modules_after("import sgus.cli.main")
    assert not loaded & {*HEAVY, "pandas", "scipy", "streamlit"}


def test_the_interface_starts_light() -> None:
    names = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "sgus" / "ui").glob("*.py")
        if path.stem != "__init__"
    )
    loaded = modules_after("\n".join(f"import {name}" for name in names))
    assert "streamlit" in loaded
    assert not loaded & {*HEAVY, "pandas"}


def test_the_first_page_imports_no_network() -> None:
    code = """
from streamlit.testing.v1 import AppTest
test = AppTest.from_file("app.py", default_timeout=30).run()
if test.exception or not test.title:
    raise SystemExit("the first page failed")
"""
    assert not modules_after(code) & set(HEAVY)


def nodes(kind: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield path, node


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]


def test_nothing_but_the_command_line_prints() -> None:
    broken = [
        where(path, node)
        for path, node in nodes(ast.Call)
        if getattr(node.func, "id", None) == "print"  # type: ignore[attr-defined]
        and package_of(path) not in PRINT_IN
    ]
    assert not broken, broken


def test_no_except_is_blind() -> None:
    """Catching everything is allowed only to say it better: such a handler raises again."""
    broken = [
        where(path, node)
        for path, node in nodes(ast.ExceptHandler)
        if catches_all(node) and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    assert not broken, broken


def catches_all(handler: ast.AST) -> bool:
    kind = handler.type  # type: ignore[attr-defined]
    return kind is None or getattr(kind, "id", None) in ("Exception", "BaseException")


def test_no_assert_checks_input() -> None:
    broken = [where(path, node) for path, node in nodes(ast.Assert)]
    assert not broken, broken


def test_functions_and_files_stay_readable() -> None:
    long = [
        f"{where(path, node)} {node.name}"  # type: ignore[attr-defined]
        for kind in (ast.FunctionDef, ast.AsyncFunctionDef)
        for path, node in nodes(kind)
        if body_lines(node) > 50
    ]
    large = [path.name for path in sources() if len(path.read_text().splitlines()) > 400]
    assert not [*long, *large], [*long, *large]


def body_lines(node: ast.AST) -> int:
    doc = ast.get_docstring(node, clean=False)  # type: ignore[arg-type]
    lines = node.end_lineno - node.lineno + 1  # type: ignore[attr-defined]
    return lines - (len(doc.splitlines()) if doc else 0)


@pytest.mark.parametrize(
    ("file", "text", "broken"),
    [
        ("sgus/images/a.py", "from sgus.nn.network import X", True),
        ("sgus/stats/a.py", "def f():\n    from sgus.workflows import train", True),
        ("sgus/images/a.py", "from sgus import nn", True),
        ("sgus/cli/a.py", "import sgus.ui.frame", True),
        ("sgus/nn/a.py", "from ..train import loop", True),
        ("pages/a.py", "from sgus.core.grades import GRADES", True),
        ("pages/a.py", "from sgus.ui import frame", False),
        ("sgus/nn/a.py", "from .heads import Head\nfrom sgus import __version__", False),
        ("sgus/workflows/a.py", "from sgus.train import loop\nimport torch", False),
    ],
)
def test_a_broken_rule_is_seen(tmp_path: Path, file: str, text: str, broken: bool) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert any(breaks_layers(found) for found in imports_of(path, tmp_path)) is broken
