"""A measured look at one or two pictures: zoom, contrast, ruler; all of it in the browser."""

from sgus.ui.viewer.component import show_viewer
from sgus.ui.viewer.picture import Map, ViewerPicture, viewer_map, viewer_picture

__all__ = ["Map", "ViewerPicture", "show_viewer", "viewer_map", "viewer_picture"]
