"""A document as PDF, through WeasyPrint where it is installed: the only module that knows it."""

from __future__ import annotations

import logging
from typing import Final

from sgus.core.errors import ConfigError

_INSTALL: Final = (
    "Install it beside the program (pip install 'weasyprint>=70'), or open the HTML file in a "
    "browser and print it to a PDF"
)
_PANGO: Final = (
    "Install Pango (Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew "
    "install pango), or open the HTML file in a browser and print it to a PDF"
)


def pdf_bytes(html: str) -> bytes:
    """Lay out a self-contained HTML document.

    Args:
        html: The document; it may refer to nothing outside itself.

    Returns:
        The PDF.

    Raises:
        ConfigError: WeasyPrint, or the Pango library it draws text with, is not installed.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except ImportError as error:
        cause = "WeasyPrint 70 or newer, an optional package, is not installed"
        raise ConfigError("PDF", cause, _INSTALL) from error
    except OSError as error:  # cffi finds no shared library
        raise ConfigError("PDF", "the system library Pango is not installed", _PANGO) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # unknown CSS is none of the reader's
    nothing = URLFetcher(allowed_protocols=())  # the document is whole: nothing is fetched
    return bytes(HTML(string=html, url_fetcher=nothing).write_pdf())
