"""Extend reportlab's PDF document with tags, and refer to them in its catalog, pages, links, bookmarks and metadata.

reportlab looks up the classes of documents and bookmarks in a module; pdf/settings.py puts these classes there. A
document in which no element was drawn has no tags and does not claim any.
"""

from __future__ import annotations

from html import escape
from typing import Any

from reportlab.pdfbase import pdfdoc

from debrief.documents.pdf.object_streams import ObjectStreams
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
        self.tags.finish()
        if self.tags.root:
            self._describe()
        streams: dict[int, bytes] = {}
        number = 0
        while number < self.objectcounter:  # the counter grows: formatting an object may create others
            number += 1
            name = self.numberToId.get(number)
            if name is None:  # an element, or a stream of packed objects
                continue
            body = pdfdoc.format(self.idToObject[name], self, toplevel=1).rstrip(b"\n")
            if body.endswith(b"endstream"):
                streams[number] = body.removesuffix(b"endstream") + b"\nendstream"
            else:
                self._packed.write(number, body.decode("latin-1"))
        root, info = (pdfdoc.format(self.Reference(each), self) for each in (self.Catalog, self.info))
        return self._packed.file(streams, b"/Root %b/Info %b/ID%b" % (root, info, self._identity()))

    def _identity(self) -> bytes:
        """Return the document's id, which depends on its title and date; both of its parts are the same."""
        identity: bytes = self.ID()
        return identity.strip().partition(b"]")[0] + b"]"

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


_METADATA = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
<pdf:Keywords>{keywords}</pdf:Keywords>
<pdf:Trapped>False</pdf:Trapped>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def metadata(info: Any, stamp: Any) -> str:
    """Return a document's metadata in XML (XMP), with the same values as its `info`."""
    year, month, day, hour, minute, second = stamp.YMDhms
    zone = f"{stamp.dhh:+03d}:{stamp.dmm:02d}"
    date = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{zone}"
    names = ("title", "author", "subject", "creator", "producer", "keywords")
    return _METADATA.format(date=date, **{name: escape(getattr(info, name), quote=False) for name in names})
