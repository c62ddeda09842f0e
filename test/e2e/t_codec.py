"""The judge itself, on vectors that others made."""

import os

import dmr
from cases import case, check, main

VECTORS = {}
with open(os.path.join(os.path.dirname(__file__), "..", "data", "hbp.txt")) as f:
    for line in f:
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            VECTORS[name.strip()] = value.strip()


def vector(name):
    return bytes.fromhex(VECTORS[name])


@case
def full_link_control():
    for name in ("group91", "group9", "unit", "announce_allcall"):
        lc = vector("lc_" + name)
        check(dmr.lc_burst(lc, 1) == vector("burst_%s_header" % name), name + " header")
        check(dmr.lc_burst(lc, 2) == vector("burst_%s_terminator" % name), name + " terminator")
        check(dmr.rs_parity(lc) == vector("rs_%s_raw" % name), name + " parity")


@case
def embedded_link_control():
    for name in ("group91", "group9", "unit", "group91_so20"):
        lc = vector("lc_" + name)
        fragments = [dmr.bits_of(vector("emblc_%s_%s" % (name, letter))) for letter in "BCDE"]
        check(dmr.embedded_encode(lc) == fragments, name)
        check(dmr.embedded_decode(fragments) == lc, name)


@case
def slot_types_and_emb():
    for cc in range(16):
        for data_type in range(16):
            check("%05x" % dmr.golay_20_8(cc << 4 | data_type) == VECTORS["slottype_%d_%d" % (cc, data_type)].lower(),
                  "slot type %d %d" % (cc, data_type))
        for lcss in range(4):
            check("%04x" % dmr.qr_16_7(cc << 3 | lcss) == VECTORS["emb_%d_0_%d" % (cc, lcss)].lower(),
                  "EMB %d %d" % (cc, lcss))


@case
def a_wrong_middle_is_seen():
    """One burst of a call in the place of another, and every bit of the middle turned: nothing passes."""
    frames = dmr.call(2300101, 2300101, 91, 2)
    for n, octets in enumerate(frames):
        frame = dmr.Frame(octets)
        turned = range(98, 166) if frame.type == 2 else range(108, 156) if frame.detail == 0 else \
            list(range(108, 116)) + list(range(148, 156))
        bits = dmr.bits_of(frame.burst)
        for i in turned:
            wrong = dmr.octets_of(bits[:i] + [1 - bits[i]] + bits[i + 1:])
            check(not is_sound(frames, n, wrong), "bit %d of burst %d was not seen" % (i, n))
        for m in range(1, 7):
            check(m == n or not is_sound(frames, n, frames[m][20:53]) or n == m + 6,
                  "burst %d in the place of %d was not seen" % (m, n))


def is_sound(frames, n, burst):
    try:
        dmr.judge([dmr.Frame(o) for o in frames[:n] + [frames[n][:20] + burst + frames[n][53:]] + frames[n + 1:]])
    except AssertionError:
        return False
    return True


@case
def a_wrong_link_control_is_seen():
    frames = dmr.call(2300101, 2300101, 91, 2)
    dmr.judge([dmr.Frame(o) for o in frames])
    other = dmr.call(2300101, 2300101, 92, 2)
    for n in (0, 5, 13):
        mixed = list(frames)
        mixed[n] = frames[n][:20] + other[n][20:]
        try:
            dmr.judge([dmr.Frame(o) for o in mixed])
        except AssertionError:
            continue
        raise AssertionError("a burst of another talkgroup at %d was not seen" % n)


main()
