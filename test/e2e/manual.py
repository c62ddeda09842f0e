"""The manuals that are shipped, as far as tests do what they say."""

import os

from cases import check

MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man")


def manual(page):
    """Its text, with its marks."""
    with open(os.path.join(MAN, page)) as f:
        return f.read()


def example(page, holds):
    """The example of that manual page that has this in it."""
    blocks = [b.partition("\n")[2].partition("\n.Ed")[0] for b in manual(page).split("\n.Bd ")[1:]]
    found = [b for b in blocks if holds in b]
    check(len(found) == 1, "%s shows %d examples with %s" % (page, len(found), holds))
    return found[0] + "\n"
