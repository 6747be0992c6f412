"""The colours of a project's tags, as `/v1/project_tag` has them. It draws nothing: `tags.html` does.

A colour is never behind a text, nor its own: it fills a mark beside the tag, in a ring that stands out on a light and on a dark page.
"""

import re
from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.store.objects import Objects

# An attribute of SVG takes addresses, too, which no page may ask for; so nothing but this is let through.
_COLOR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def tag_colors(objects: Objects, project_id: str) -> Mapping[str, str]:
    """Return the colour of each tag that has one, as `#rgb` or `#rrggbb`; anything else is no colour."""
    return {
        each.name: color
        for each in objects.in_projects.find("project_tag", project_id=project_id)
        if isinstance(color := each.data.get("color"), str) and _COLOR.fullmatch(color)
    }
