from benchmarks.support import results


def test_a_result_comes_back_with_the_digits_that_mean_something(tmp_path):
    samples = [{"side": "ours", "seconds": 0.123456}, {"side": "core", "seconds": 1}]
    results.save({"samples": samples, "sizes": {"payments": 2}}, tmp_path / "new", "send")
    assert results.load(tmp_path / "new", ["send", "tills"]) == {
        "send": {
            "samples": [{"side": "ours", "seconds": 0.1235}, {"side": "core", "seconds": 1}],
            "sizes": {"payments": 2},
        }
    }


def test_each_sample_is_a_line():
    text = results.as_text({"samples": [{"a": [1.00001, 2]}, {"b": None}], "made": {}})
    assert text == '{\n"samples": [\n{"a": [1.0, 2]},\n{"b": null}\n],\n"made": {}\n}\n'
