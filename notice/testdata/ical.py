"""Reads a calendar on standard input with Debian's python3-icalendar and prints what it found as JSON."""
import json, sys
import icalendar

data = sys.stdin.buffer.read()
cal = icalendar.Calendar.from_ical(data)
out = {"name": str(cal["X-WR-CALNAME"]), "method": str(cal["METHOD"]), "version": str(cal["VERSION"]), "events": [],
       "errors": [str(e) for e in getattr(cal, "errors", [])]}
for e in cal.walk("VEVENT"):
    c = e.get("CATEGORIES")
    out["errors"] += [str(x) for x in e.errors]
    out["events"].append({
        "uid": str(e["UID"]), "stamp": e["DTSTAMP"].dt.isoformat(), "start": e["DTSTART"].dt.isoformat(), "end": e["DTEND"].dt.isoformat(),
        "summary": str(e["SUMMARY"]), "text": str(e.get("DESCRIPTION", "")), "url": str(e.get("URL", "")), "status": str(e["STATUS"]),
        "categories": [str(x) for x in c.cats] if c else [], "inside": [s.name for s in e.subcomponents],
    })
json.dump(out, sys.stdout, ensure_ascii=False, indent=1)
