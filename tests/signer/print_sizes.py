#!/usr/bin/env python3
"""How many bytes of flash each part of an image takes: print_sizes.py image.map LIMIT

Parts are named after the folders in which their objects were built.  Fails above the limit for
sealing with its protobuf and its cryptography.
"""
import collections
import re
import sys

map_file, limit = sys.argv[1], int(sys.argv[2])
parts = ["seal", "nanopb", "cryptography"]
sizes = collections.Counter()
text = open(map_file).read().split("Linker script and memory map", 1)[1]
# " .text.name  0xaddress  0xsize  object"; a long name has the rest on the next line.
line = re.compile(r"^ (\.(?:text|rodata|data|ARM\.exidx)\S*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", re.M)
for _, address, size, origin in line.findall(text.replace("\r", "")):
    folder = next((part for part in parts if "/%s/" % part in origin), None)
    if folder is None:
        folder = "the test and its vectors" if "/test/" in origin else "the compiler's and C's library"
    sizes[folder] += int(size, 16)

total = sum(sizes[part] for part in parts) + sizes["the compiler's and C's library"]
for part in parts + ["the compiler's and C's library"]:
    print("%8d  %s" % (sizes[part], part))
print("%8d  bytes of flash together, of %d" % (total, limit))
print("%8d  not counted: the test and its vectors" % sizes["the test and its vectors"])
sys.exit(total > limit or sizes["seal"] == 0)
