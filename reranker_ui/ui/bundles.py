"""Join the page's modules into one file a tab, so that a first visit needs five requests, not 140.

The sources stay plain ES modules with relative imports, for editors, type checks and tests. Each
module becomes a function that runs once, in the order of their imports, and returns its exports.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence

_IMPORT = re.compile(r'^import \{([^}]+)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_OTHER = re.compile(r"^(?:import|export) .*$", re.MULTILINE)
SHARED = "shared"


def imports(name: str, source: str) -> list[str]:
    """The names of the modules that the module `name` imports itself."""
    return [
        posixpath.normpath(posixpath.join(name, "..", one)) for _, one in _IMPORT.findall(source)
    ]


def order(sources: Mapping[str, str], entries: Sequence[str]) -> list[str]:
    """`entries` and all they import, each behind what it imports. ValueError on a cycle."""
    found: dict[str, bool] = {}

    def visit(name: str) -> None:
        if found.get(name) is False:
            raise ValueError(f"{name} imports itself through other modules.")
        if name not in found:
            found[name] = False
            for needed in imports(name, sources[name]):
                visit(needed)
            del found[name]
            found[name] = True

    for entry in entries:
        visit(entry)
    return list(found)


def joined(name: str, source: str) -> str:
    """The statement that runs the module `name` and keeps its exports in `modules`.

    ValueError for import and export forms beyond `import {a} from` and `export function`,
    `export class` and `export const`: the page's sources use no others.
    """
    exports = [word for _, word in _EXPORT.findall(source)]
    needed = iter(imports(name, source))

    def taken(found: re.Match[str]) -> str:
        return f'const {{{found[1].replace(" as ", ": ")}}} = modules["{next(needed)}"];'

    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(taken, _COMMENT.sub("", source)))
    if other := _OTHER.search(body):
        raise ValueError(f"{name}: {other[0]!r} cannot be joined into a bundle.")
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{{", ".join(exports)}}};\n}})();\n'


def bundles(sources: Mapping[str, str], tabs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """{bundle: JavaScript}: one for each tab, and `shared` for what two of them need.

    tabs: the modules that each tab opens. A bundle exports `modules`, {name: exports}; a fault in
    one tab's bundle leaves the others whole.
    """
    needed = {tab: order(sources, entries) for tab, entries in tabs.items()}
    every = order(sources, [entry for entries in tabs.values() for entry in entries])
    shared = [name for name in every if sum(name in names for names in needed.values()) > 1]
    own = {tab: [name for name in names if name not in shared] for tab, names in needed.items()}
    text = {SHARED: "export const modules = {};\n" + _statements(sources, shared)}
    head = f'import {{ modules }} from "./{SHARED}.js";\nexport {{ modules }};\n'
    return text | {tab: head + _statements(sources, names) for tab, names in own.items()}


def _statements(sources: Mapping[str, str], names: Sequence[str]) -> str:
    return "".join(joined(name, sources[name]) for name in names)
