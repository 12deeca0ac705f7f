#!/usr/bin/env python3
"""The shared vectors as C++ that needs no parser: make_vectors.py vss-client.json > vectors.h"""
import json
import sys

vectors = json.load(open(sys.argv[1]))


def view(hex_text):
    data = bytes.fromhex(hex_text)
    return '{"%s", %d}' % ("".join("\\x%02x" % byte for byte in data), len(data))


def array(kind, name, rows):
    print("constexpr %s %s[] = {" % (kind, name))
    for row in rows:
        print("    {" + ", ".join(row) + "},")
    print("};")


print("// Made by make_vectors.py.")
array("StorableVector", "kStorables",
      [[view(v["data_key_hex"]), view(v["nonce_hex"]), view(v["aad_hex"]), view(v["value_hex"]),
        "static_cast<std::int64_t>(%sULL)" % (int(v["version"]) % 2**64), view(v["storable_hex"])]
       for v in vectors["storable"]])
array("NegativeVector", "kNotStorables",
      [[view(v["data_key_hex"]), view(v["aad_hex"]), view(v["storable_hex"])]
       for v in vectors["storable_negative"] + vectors["storable_lenient"]])
array("NameVector", "kHiddenKeys",
      [[view(v["master_key_hex"]), view(v["plaintext_hex"]), view(v["obfuscated"].encode().hex())]
       for v in vectors["key_obfuscator"]])
array("NameVector", "kNotHiddenKeys",
      [[view(v["master_key_hex"]), "{}", view(v["obfuscated"].encode().hex())]
       for v in vectors["key_obfuscator_negative"]])
for request in vectors["requests"]:
    name = "k" + "".join(word.capitalize() for word in request["id"].split("-"))
    print("[[maybe_unused]] constexpr std::string_view %s = %s;" % (name, view(request["hex"])))
