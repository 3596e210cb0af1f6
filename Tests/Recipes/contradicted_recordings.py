"""Prints what onnxruntime gives for the backend tests whose recordings contradict the standard.

QLinearMatMul's text says saturate; the int8 recordings wrap around modulo 256.
Needs: onnx==1.19.1, onnxruntime, numpy.  Run: python3 Tests/Recipes/contradicted_recordings.py
"""
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

data = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "node")
for name in ("2D_int8_float16", "2D_int8_float32", "3D_int8_float16", "3D_int8_float32"):
    folder = os.path.join(data, f"test_qlinearmatmul_{name}")
    load = lambda file: numpy_helper.to_array(
        onnx.load_tensor(os.path.join(folder, "test_data_set_0", file)))
    session = ort.InferenceSession(os.path.join(folder, "model.onnx"))
    inputs = {value.name: load(f"input_{k}.pb") for k, value in enumerate(session.get_inputs())}
    given, recorded = session.run(None, inputs)[0], load("output_0.pb")
    print(name, "onnxruntime", given.ravel().tolist(), "recorded", recorded.ravel().tolist())
    # The scale's own rounding (half or float) moves a wrapped number by at most one.
    differ = given != recorded
    assert np.isin(given[differ], (-128, 127)).all()
