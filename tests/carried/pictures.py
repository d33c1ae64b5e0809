"""pictures.py: picture files made of nothing but their texts, byte by byte. Python's standard library only."""
import struct
import zlib

# ---------------------------------------------------------------- PNG


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks):
    """An 1 x 1 PNG with these chunks before its pixels."""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def text_chunk(key, text, kind="tEXt"):
    data = text if isinstance(text, bytes) else text.encode()
    packed = zlib.compress(data)
    body = {"tEXt": data, "comf": data, "zTXt": b"\0" + packed, "iTXt": b"\0\0\0\0" + data,
            "packed iTXt": b"\1\0\0\0" + packed}[kind]
    return chunk(kind[-4:].encode(), key.encode() + b"\0" + body)


# ---------------------------------------------------------------- EXIF

MAKE, MODEL, DESCRIPTION, COMMENT, EXIF = 0x010F, 0x0110, 0x010E, 0x9286, 0x8769
ASCII, LONG, UNDEFINED = 2, 4, 7


def folder(entries, at, end):
    """A folder of (tag, type, bytes or number) at an offset, and what its entries point to."""
    values = b""
    behind = at + 2 + 12 * len(entries) + 4
    out = struct.pack(end + "H", len(entries))
    for tag, kind, value in entries:
        count = 1 if kind == LONG else len(value)
        if kind == LONG:
            field = struct.pack(end + "I", value)
        elif count <= 4:
            field = value.ljust(4, b"\0")
        else:
            field = struct.pack(end + "I", behind + len(values))
            values += value
        out += struct.pack(end + "HHI", tag, kind, count) + field
    return out + b"\0\0\0\0" + values


def exif(tags=(), comment=None, end="<"):
    """A block of EXIF: text tags as (tag, text), and the user's comment with its eight bytes."""
    entries = [(tag, ASCII, text.encode() + b"\0") for tag, text in tags]
    head = (b"II*\0" if end == "<" else b"MM\0*") + struct.pack(end + "I", 8)
    if comment is None:
        return head + folder(entries, 8, end)
    first = folder(entries + [(EXIF, LONG, 0)], 8, end)
    first = folder(entries + [(EXIF, LONG, 8 + len(first))], 8, end)
    return head + first + folder([(COMMENT, UNDEFINED, comment)], 8 + len(first), end)


def unicode_comment(text, end="be"):
    return b"UNICODE\0" + text.encode(f"utf-16-{end}")


# ---------------------------------------------------------------- WebP and JPEG


def webp(*chunks):
    """A RIFF of (type, bytes); what reads texts asks for no pixels."""
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
                              for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg(*segments):
    """A JPEG of (marker, bytes) that ends where its pixels would begin."""
    return (b"\xff\xd8" + b"".join(bytes((0xff, marker)) + struct.pack(">H", len(data) + 2) + data
                                   for marker, data in segments) + b"\xff\xda\0\2\xff\xd9")


def exif_webp(*args, **named):
    return webp((b"EXIF", exif(*args, **named)))


def exif_jpeg(*args, **named):
    return jpeg((0xe1, b"Exif\0\0" + exif(*args, **named)))
