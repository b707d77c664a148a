"""A hash of the code that a program uses, blind to comments, docstrings and file times.

Python's own import statements are followed through the project's packages, module by module, so an edit
changes exactly the programs that import the edited module. Left out are the config models, whose values are tracked
themselves, and what runs a program and records how it ran, which no result depends on.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = ("beholder/config/", "beholder/common/program.py", "beholder/common/record.py")


@cache
def fingerprint(module: str, root: Path = ROOT) -> str:
    """Return 16 hexadecimal digits for `module` ("scripts.train") and all project modules it imports.

    Constant within a Python minor version: `ast.dump` differs between them.
    """
    digest = hashlib.sha256()
    for path in sorted(_imported(root.joinpath(*module.split(".")).with_suffix(".py"), root)):
        digest.update(f"{path.relative_to(root)}\n{_code(path)}\n".encode())
    return digest.hexdigest()[:16]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _code(path: Path) -> str:
    return ast.dump(_WithoutDocstrings().visit(ast.parse(path.read_text(encoding="utf-8"))))


class _WithoutDocstrings(ast.NodeTransformer):
    """Drops statements that are a bare constant: docstrings and attribute docstrings."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node


def _imported(start: Path, root: Path) -> set[Path]:
    """Return the files of `start` and of everything it imports from below `root`."""
    todo, seen = [start], set()
    while todo:
        path = todo.pop()
        if path in seen or not path.is_file() or path.relative_to(root).as_posix().startswith(_LEFT_OUT):
            continue
        seen.add(path)
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            for name in names:
                base = root.joinpath(*name.split("."))
                todo += [base.with_suffix(".py"), base / "__init__.py"]
    return seen
