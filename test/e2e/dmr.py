"""DMR coding written from TS 102 361-1, for judging the server: bits are lists of 0 and 1, most significant first.

Nothing here is shared with the server. Decoders correct nothing: what is not a clean code word is a fault.
"""

ROW_15 = [(0, 1, 2, 3, 5, 7, 8), (1, 2, 3, 4, 6, 8, 9), (2, 3, 4, 5, 7, 9, 10), (0, 1, 2, 4, 6, 7, 10)]
ROW_16 = ROW_15 + [(0, 2, 5, 6, 8, 9, 10)]
COLUMN_13 = [(0, 1, 3, 5, 6), (0, 1, 2, 4, 6, 7), (0, 1, 2, 3, 5, 7, 8), (0, 2, 4, 5, 8)]
SYNC_BS_VOICE = 0x755FD7DF75F7
SYNC_BS_DATA = 0xDFF57D75DF5D
SYNCS_VOICE = (SYNC_BS_VOICE, 0x7F7D5DD57DFD)  # of a base station, of a mobile
SYNCS_DATA = (SYNC_BS_DATA, 0xD5D7F77FD757)
LCSS = (0, 1, 3, 3, 2, 0)  # by the letter
SILENCE = bytes.fromhex("b9e881526173002a6b") * 3


def bits_of(data, count=None):
    """Octets, or a number with `count` bits."""
    if count is not None:
        return [data >> (count - 1 - i) & 1 for i in range(count)]
    return [octet >> (7 - i) & 1 for octet in data for i in range(8)]


def octets_of(bits):
    return bytes(int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits), 8))


def number_of(bits):
    return int("".join(map(str, bits)), 2)


def with_parity(data, checks):
    return data + [sum(data[i] for i in check) % 2 for check in checks]


def divided(value, width, generator):
    """The remainder of value over GF(2)."""
    degree = generator.bit_length() - 1
    for i in range(width - 1, degree - 1, -1):
        if value >> i & 1:
            value ^= generator << (i - degree)
    return value


def golay_20_8(value):
    word = value << 11 | divided(value << 11, 19, 0xC75)
    return word << 1 | bin(word).count("1") % 2


def qr_16_7(value):
    word = value << 8 | divided(value << 8, 15, 0x139)
    return word << 1 | bin(word).count("1") % 2


def gf_times(a, b):
    product = 0
    for i in range(8):
        if b >> i & 1:
            product ^= a << i
    for i in range(14, 7, -1):
        if product >> i & 1:
            product ^= 0x11D << (i - 8)
    return product


def rs_parity(lc):
    """RS(12,9): the remainder of LC(x) x^3 by x^3 + 0E x^2 + 38 x + 40."""
    rest = [0, 0, 0]
    for octet in lc:
        lead = octet ^ rest[0]
        rest = [rest[1] ^ gf_times(lead, 0x0E), rest[2] ^ gf_times(lead, 0x38), gf_times(lead, 0x40)]
    return bytes(rest)


def bptc_encode(block):
    data = [0, 0, 0] + bits_of(block)
    rows = [with_parity(data[11 * r:11 * r + 11], ROW_15) for r in range(9)]
    columns = [with_parity([row[c] for row in rows], COLUMN_13) for c in range(15)]
    plain = [0] + [columns[c][r] for r in range(13) for c in range(15)]
    out = [0] * 196
    for i, bit in enumerate(plain):
        out[i * 181 % 196] = bit
    return out


def bptc_decode(bits):
    """The 12 octets, or None when the 196 bits are no code word."""
    plain = [bits[i * 181 % 196] for i in range(196)]
    data = [plain[1 + 15 * r + c] for r in range(9) for c in range(11)]
    block = octets_of(data[3:])
    return block if bptc_encode(block) == list(bits) else None


def embedded_encode(lc):
    data = bits_of(lc)
    checksum = bits_of(sum(lc) % 31, 5)
    rows = [data[0:11], data[11:22]] + [data[22 + 10 * i:32 + 10 * i] + [checksum[i]] for i in range(5)]
    rows = [with_parity(row, ROW_16) for row in rows]
    rows.append([sum(row[c] for row in rows) % 2 for c in range(16)])
    stream = [rows[r][c] for c in range(16) for r in range(8)]
    return [stream[32 * i:32 * i + 32] for i in range(4)]


def embedded_decode(fragments):
    stream = sum(fragments, [])
    rows = [[stream[8 * c + r] for c in range(16)] for r in range(8)]
    data = rows[0][:11] + rows[1][:11] + sum((row[:10] for row in rows[2:7]), [])
    lc = octets_of(data)
    return lc if embedded_encode(lc) == fragments else None


def lc_of(dst, src, unit=False):
    return bytes([3 if unit else 0, 0, 0]) + dst.to_bytes(3, "big") + src.to_bytes(3, "big")


def lc_burst(lc, data_type, cc=1):
    mask = 0x96 if data_type == 1 else 0x99
    code = bptc_encode(lc + bytes(octet ^ mask for octet in rs_parity(lc)))
    slot_type = bits_of(golay_20_8(cc << 4 | data_type), 20)
    return octets_of(code[:98] + slot_type[:10] + bits_of(SYNC_BS_DATA, 48) + slot_type[10:] + code[98:])


def voice_burst(ambe, position, lc, cc=1):
    voice = bits_of(ambe)
    if position == 0:
        middle = bits_of(SYNC_BS_VOICE, 48)
    else:
        emb = bits_of(qr_16_7(cc << 3 | LCSS[position]), 16)
        fragment = embedded_encode(lc)[position - 1] if position < 5 else [0] * 32
        middle = emb[:8] + fragment + emb[8:]
    return octets_of(voice[:108] + middle + voice[108:])


class Frame:
    """What the 55 octets of a DMRD say."""

    def __init__(self, octets):
        assert len(octets) == 55 and octets[:4] == b"DMRD", "not a DMRD of 55 octets: " + octets.hex()
        self.octets = octets
        self.seq = octets[4]
        self.src = int.from_bytes(octets[5:8], "big")
        self.dst = int.from_bytes(octets[8:11], "big")
        self.client = int.from_bytes(octets[11:15], "big")
        self.slot = 2 if octets[15] & 0x80 else 1
        self.unit = bool(octets[15] & 0x40)
        self.type = octets[15] >> 4 & 3
        self.detail = octets[15] & 15
        self.stream = octets[16:20]
        self.burst = octets[20:53]

    def is_voice(self):
        return self.type < 2

    def is_header(self):
        return self.type == 2 and self.detail == 1

    def is_terminator(self):
        return self.type == 2 and self.detail == 2

    def without_client(self):
        """What must not change on the way, where nothing had to."""
        return self.octets[:11] + self.octets[15:]

    def voice(self):
        bits = bits_of(self.burst)
        return bits[:108] + bits[156:]

    def __repr__(self):
        kind = "header" if self.is_header() else "terminator" if self.is_terminator() else \
            "voice " + "ABCDEF"[self.detail] if self.is_voice() else "data %d" % self.detail
        return "%s %s %d slot %d src %d stream %s seq %d" % (
            kind, "unit" if self.unit else "tg", self.dst, self.slot, self.src, self.stream.hex(), self.seq)


def full_lc(frame):
    bits = bits_of(frame.burst)
    block = bptc_decode(bits[:98] + bits[166:])
    assert block, "the BPTC is no code word: %s" % frame
    mask = 0x96 if frame.is_header() else 0x99
    assert bytes(octet ^ mask for octet in block[9:]) == rs_parity(block[:9]), "RS does not hold: %s" % frame
    return block[:9]


def names_call(lc, frame):
    return lc[0] & 0x3F == (3 if frame.unit else 0) and lc[3:9] == frame.octets[8:11] + frame.octets[5:8]


def judge(frames):
    """Every call in `frames`, as one client got them, is sound; raises AssertionError with what is not."""
    for slot in (1, 2):
        judge_slot([f for f in frames if f.slot == slot])


def judge_slot(frames):
    last, fragments, is_open = None, [], False
    for f in frames:
        judge_middle(f)
        if f.type == 2 and f.detail > 2:
            continue
        if last and f.stream != last.stream:
            assert not is_open, "a call begins before %s was terminated: %s" % (last, f)
            last, fragments = None, []
        if last and is_open:
            step = (f.seq - last.seq) % 256
            assert 1 <= step <= 127, "the sequence went from %d to %d: %s" % (last.seq, f.seq, f)
            if f.is_voice() and last.is_voice():
                assert (last.detail + step) % 6 == f.detail, "the letter does not fit the sequence: %s" % f
        if f.is_voice():
            fragments = judge_fragment(f, fragments)
        else:
            assert names_call(full_lc(f), f), "the LC names another call: %s" % f
        is_open = not f.is_terminator()
        last = f
    return not is_open


def judge_middle(f):
    """Sync, slot type and EMB say of the burst what the DMRD says."""
    bits = bits_of(f.burst)
    if f.type == 0:
        emb = bits[108:116] + bits[148:156]
        assert qr_16_7(number_of(emb[:7])) == number_of(emb), "EMB is no code word: %s" % f
        assert number_of(emb[5:7]) == LCSS[f.detail], "EMB names another place in the superframe: %s" % f
        return
    sync = number_of(bits[108:156])
    assert sync in (SYNCS_DATA if f.type == 2 else SYNCS_VOICE), "the sync is %012x: %s" % (sync, f)
    if f.type == 2:
        slot_type = bits[98:108] + bits[156:166]
        assert golay_20_8(number_of(slot_type[:8])) == number_of(slot_type), "the slot type is no code word: %s" % f
        assert number_of(slot_type[4:8]) == f.detail, "the slot type names another burst: %s" % f


def judge_fragment(f, fragments):
    if not 1 <= f.detail <= 4:
        return []
    bits = bits_of(f.burst)
    if f.detail != len(fragments) + 1:
        fragments = []
        if f.detail != 1:
            return []
    fragments = fragments + [bits[116:148]]
    if len(fragments) < 4:
        return fragments
    lc = embedded_decode(fragments)
    assert lc, "the embedded LC is no code word: %s" % f
    assert lc[0] & 0x3F not in (0, 3) or names_call(lc, f), "the embedded LC names another call: %s" % f
    return []


def call(client, src, dst, superframes, slot=2, unit=False, stream=None, header=True, terminator=True):
    """The datagrams of one transmission; every burst has a voice of its own."""
    import os
    stream = stream or os.urandom(4)
    lc = lc_of(dst, src, unit)
    side = (0x80 if slot == 2 else 0) | (0x40 if unit else 0)
    parts = [(0x21, lc_burst(lc, 1))] if header else []
    for n in range(superframes * 6):
        ambe = bytes((n * 37 + i * 11 + src) & 255 for i in range(27))
        parts.append((0x10 if n % 6 == 0 else n % 6, voice_burst(ambe, n % 6, lc)))
    if terminator:
        parts.append((0x22, lc_burst(lc, 2)))
    return [b"DMRD" + bytes([seq & 255]) + src.to_bytes(3, "big") + dst.to_bytes(3, "big") +
            client.to_bytes(4, "big") + bytes([side | flags]) + stream + burst + b"\0\0"
            for seq, (flags, burst) in enumerate(parts)]
