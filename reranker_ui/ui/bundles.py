"""Join the page's modules into one file a tab, so that a first visit needs five requests, not 140.

The sources stay plain ES modules with relative imports, for editors, type checks and tests. Each
module becomes a function that runs once, in the order of their imports, and returns its exports.
What a tab loads by `await import("./x.js")` is joined into a second file of that tab.
"""

import json
import posixpath
import re
from collections.abc import Collection, Mapping, Sequence

_IMPORT = re.compile(r'^import \{([^}]+)\} from "(\.[^"]+)";$', re.MULTILINE)
_LATER = re.compile(r'\bawait import\("(\.[^"]+)"\)')
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_OTHER = re.compile(r"^(?:import|export) .*$", re.MULTILINE)
SHARED = "shared"


def imports(name: str, source: str) -> list[str]:
    """The names of the modules that the module `name` imports itself."""
    return [_target(name, path) for _, path in _IMPORT.findall(source)]


def imports_later(name: str, source: str) -> list[str]:
    """The names of the modules that the module `name` imports when it needs them."""
    return [_target(name, path) for path in _LATER.findall(source)]


def _target(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(name, "..", path))


def order(sources: Mapping[str, str], entries: Sequence[str]) -> list[str]:
    """`entries` and all they import, each behind what it imports. ValueError on a cycle."""
    done: dict[str, bool] = {}

    def visit(name: str) -> None:
        if done.get(name) is False:
            raise ValueError(f"{name} imports itself through other modules.")
        if name not in done:
            done[name] = False
            for needed in imports(name, sources[name]):
                visit(needed)
            del done[name]
            done[name] = True

    for entry in entries:
        visit(entry)
    return list(done)


def joined(name: str, source: str, later: str) -> str:
    """The statement that runs the module `name` and keeps its exports in `modules`.

    later: the bundle of what the module imports when it needs it.
    ValueError for import and export forms beyond `import {a} from`, `await import()` and
    `export function`, `export class` and `export const`: the page's sources use no others.
    """
    exports = [word for _, word in _EXPORT.findall(source)]
    needed = iter(imports(name, source))

    def destructured(match: re.Match[str]) -> str:
        return f'const {{{match[1].replace(" as ", ": ")}}} = modules["{next(needed)}"];'

    def loaded(match: re.Match[str]) -> str:
        return f'(await import("./{later}.js")).modules["{_target(name, match[1])}"]'

    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(destructured, _COMMENT.sub("", source)))
    body = _LATER.sub(loaded, body)
    if other := _OTHER.search(body):
        raise ValueError(f"{name}: {other[0]!r} cannot be joined into a bundle.")
    # A module that is imported later in two bundles is part of both.
    return f'modules["{name}"] ??= (() => {{\n{body}\nreturn {{{", ".join(exports)}}};\n}})();\n'


def bundles(
    sources: Mapping[str, str],
    tabs: Mapping[str, Sequence[str]],
    styles: Mapping[str, str],
) -> dict[str, str]:
    """{bundle: JavaScript}: `shared` for what two tabs need, and one for what each tab needs alone,
    with its stylesheet. What the modules of a bundle import later is in its second one.

    tabs: the modules that each tab opens. styles: the stylesheets of tabs. A bundle exports
    `modules`, {name: exports}; a fault in one tab's bundle leaves the others whole.
    """
    needed = {tab: order(sources, entries) for tab, entries in tabs.items()}
    every = order(sources, [entry for entries in tabs.values() for entry in entries])
    shared = [name for name in every if sum(name in names for names in needed.values()) > 1]
    parts = {SHARED: shared}
    parts |= {
        tab: [module for module in names if module not in shared] for tab, names in needed.items()
    }
    text = {}
    for bundle, names in parts.items():
        head = "export const modules = {};\n" if bundle == SHARED else _head(SHARED)
        style = _styled(styles[bundle]) if bundle in styles else ""
        later = second_of(bundle)
        text[bundle] = head + style + _statements(sources, names, later)
        if later_modules := _later(sources, names, {*shared, *names}):
            text[later] = _head(bundle) + _statements(sources, later_modules, later)
    return text


def second_of(bundle: str) -> str:
    """The name of the bundle with what the modules of `bundle` import when they need it."""
    return f"{bundle}_later"


def _later(sources: Mapping[str, str], names: Sequence[str], present: Collection[str]) -> list[str]:
    """What the modules `names` import when they need it, and all that this needs, in order."""
    later: list[str] = []
    for name in (visited := list(names)):  # it grows meanwhile
        needed = order(sources, imports_later(name, sources[name]))
        added = [other for other in needed if other not in present and other not in later]
        later += added
        visited += added
    return later


def _head(needed: str) -> str:
    return f'import {{ modules }} from "./{needed}.js";\nexport {{ modules }};\n'


def _styled(style: str) -> str:
    """The statement that adds a stylesheet to the page."""
    properties = json.dumps({"textContent": style}, ensure_ascii=False)
    return f'document.head.append(Object.assign(document.createElement("style"), {properties}));\n'


def _statements(sources: Mapping[str, str], names: Sequence[str], later: str) -> str:
    return "".join(joined(name, sources[name], later) for name in names)
