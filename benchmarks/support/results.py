"""What came out of the measurements, as JSON files that a person can read."""

import json

# Of a second: a tenth of a millisecond.
DIGITS = 4


def save(result, folder, name):
    """Write the result of a measurement into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(as_text(result))


def load(folder, names):
    """Return the results that are in a folder, by the measurements' names."""
    files = {name: folder / f"{name}.json" for name in names}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.is_file()}


def as_text(result):
    """Return a result as JSON: each sample on a line, with no more digits than mean something."""
    parts = []
    for key, value in _rounded(result).items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
        parts.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, DIGITS) if isinstance(value, float) else value
