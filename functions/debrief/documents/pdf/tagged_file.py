"""Extend reportlab's PDF document with tags, and refer to them in its catalog, pages, links, bookmarks and metadata.

reportlab looks up the classes of documents and bookmarks in a module; pdf/settings.py puts these classes there. A
document in which no element was drawn has no tags and does not claim any.
"""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase import pdfdoc

from debrief.documents.pdf import srgb
from debrief.documents.pdf.metadata import metadata
from debrief.documents.pdf.object_streams import ENDSTREAM, ObjectStreams, stream
from debrief.documents.pdf.tags import Tags

LINK_ENTRIES = (*pdfdoc.LinkAnnotation.permitted, "StructParent")


class TaggedDocument(pdfdoc.PDFDocument):  # type: ignore[misc]
    """A document. `tags` is its structure of elements."""

    objectcounter: int  # reportlab's: the number of the newest object

    def __init__(self, *options: Any, **settings: Any) -> None:
        super().__init__(*options, **settings)
        self._packed = ObjectStreams(self._take)
        self.tags = Tags(self._take, self._packed.write)

    def _take(self, count: int = 1) -> int:
        """Take `count` new object numbers; return the first."""
        self.objectcounter += count
        return self.objectcounter - count + 1

    def addPage(self, page: Any) -> None:  # noqa: N802  reportlab's name
        """Add a page. If it has tags, give its object the number to which the tags already refer."""
        ended = self.tags.end_page()
        if ended is None:
            super().addPage(page)
            return
        number, key = ended
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = key, "/S"
        counter, self.objectcounter = self.objectcounter, number - 1  # reportlab takes the number after it
        super().addPage(page)
        self.objectcounter = counter

    def format(self) -> bytes:
        """Return the file."""
        streams: dict[int, bytes] = {}
        self.tags.finish()
        if self.tags.root:
            self._describe()
            streams[self._colors()] = stream(b"/N 3", srgb.profile())
        number = 0
        while number < self.objectcounter:  # the counter grows: formatting an object may create others
            number += 1
            name = self.numberToId.get(number)
            if name is None:  # an element, or a stream of packed objects
                continue
            body = pdfdoc.format(self.idToObject[name], self, toplevel=1).rstrip(b"\n")
            if body.endswith(b"endstream"):
                streams[number] = body.removesuffix(b"endstream") + ENDSTREAM
            else:
                self._packed.write(number, body.decode("latin-1"))
        root, info = (pdfdoc.format(self.Reference(each), self) for each in (self.Catalog, self.info))
        return self._packed.file(streams, b"/Root %b/Info %b/ID%b" % (root, info, self._identity()))

    def _identity(self) -> bytes:
        """Return the document's id, which depends on its title and date; both of its parts are the same."""
        identity: bytes = self.ID()
        return identity.strip().partition(b"]")[0] + b"]"

    def _colors(self) -> int:
        """Say in the catalog that colours are sRGB; return a new object number for its profile."""
        number = self._take()
        names = f"/OutputConditionIdentifier({srgb.NAME})/Info({srgb.NAME})/RegistryName(http://www.color.org)"
        self.Catalog.OutputIntents = f"[<</Type/OutputIntent/S/GTS_PDFA1{names}/DestOutputProfile {number} 0 R>>]"
        self.Catalog.__NoDefault__ = [*self.Catalog.__NoDefault__, "OutputIntents"]
        return number

    def _describe(self) -> None:
        """Say in the catalog that the document is tagged."""
        catalog = self.Catalog
        catalog.StructTreeRoot = f"{self.tags.tree} 0 R"
        catalog.MarkInfo = "<</Marked true>>"
        catalog.ViewerPreferences = "<</DisplayDocTitle true>>"
        kind = {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
        content = metadata(self.info, self._timeStamp).encode()
        catalog.Metadata = pdfdoc.PDFStream(pdfdoc.PDFDictionary(kind), content)


class Bookmark(pdfdoc.OutlineEntryObject):  # type: ignore[misc]
    """A bookmark that also leads to its target's element, if there is one."""

    def format(self, document: Any) -> bytes:
        """Return the bookmark's dictionary."""
        body: bytes = super().format(document)
        element = document.tags.anchors.get(self.Dest.name)
        return body if element is None else body.removesuffix(b">>") + b" /SE %d 0 R\n>>" % element
