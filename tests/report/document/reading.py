"""A document read back: what a person sees in each row, by the key it carries."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Rows and matrices of a document.

    Attributes:
        rows: `key -> class of cell -> text`.
        counts: `key -> counts of a matrix, in order`.
        claim: `item -> texts of its cells`.
        tags: Every tag seen.
        addresses: Every `src`, `href` and `url` seen.
        text: All that is written.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, str]] = {}
        self.counts: dict[str, list[int]] = {}
        self.claim: dict[int, list[str]] = {}
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self._row: dict[str, str] | None = None
        self._cell = ""
        self._matrix: list[int] | None = None
        self._item: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        self.addresses += [str(said[name]) for name in ("src", "href") if name in said]
        if tag == "figure" and "data-key" in said:
            self._matrix = self.counts.setdefault(str(said["data-key"]), [])
        if tag == "tr":
            self._row = (
                self.rows.setdefault(str(said["data-key"]), {}) if "data-key" in said else None
            )
            if self._row is not None:
                self._row["few"] = str(said.get("class") or "")
            self._item = (
                self.claim.setdefault(int(str(said["data-claim"])), [])
                if "data-claim" in said else None
            )  # fmt: skip
        if tag == "td":
            self._cell = str(said.get("class") or "").split()[-1] if said.get("class") else ""
            if self._item is not None:
                self._item.append("")
            if self._matrix is not None and "data-count" in said:
                self._matrix.append(int(str(said["data-count"])))

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._cell = ""
        if tag == "tr":
            self._row = self._item = None
        if tag == "figure":
            self._matrix = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._row is not None and self._cell:
            self._row[self._cell] = self._row.get(self._cell, "") + data
        if self._item:
            self._item[-1] += data
