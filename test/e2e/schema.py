"""The schema of events that is shipped, and whether events keep to it."""

import json
import os
import re
import sys

from cases import Skip, check

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man", "freedmr-events.schema.json")

# Where Debian puts python3-jsonschema, for a Python that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")


class Schema:
    def __init__(self):
        try:
            import jsonschema
        except ImportError:
            raise Skip("there is no python3-jsonschema")
        with open(SCHEMA) as f:
            self.whole = json.load(f)
        jsonschema.Draft202012Validator.check_schema(self.whole)
        self.make = lambda part: jsonschema.Draft202012Validator(dict(self.whole, oneOf=[{"$ref": "#/$defs/" + part}]))

    def judge(self, part, what):
        faults = ["%s: %s" % (list(e.absolute_path), e.message) for top in self.make(part).iter_errors(what)
                  for e in (top.context or [top])]
        check(not faults, "%s; %s" % (faults[:3], what))

    def judge_event(self, event):
        self.judge("event", event)
        families = [rule["then"]["$ref"].rpartition("/")[2] for rule in self.whole["$defs"]["event"]["allOf"]
                    if "$ref" in rule["then"] and self.matches(rule["if"], event)]
        check(len(families) == 1, "%s is of %d families" % (event["ev"], len(families)))
        known = set(self.whole["$defs"]["event"]["properties"]) | set(self.whole["$defs"][families[0]]["properties"])
        check(set(event) <= known, "not described: %s of %s" % (set(event) - known, event["ev"]))

    @staticmethod
    def matches(rule, event):
        return re.search(rule["properties"]["ev"]["pattern"], event["ev"])
