"""Makes variants of ONNX files: the same model in other bytes that protobuf allows.

  onnx_variants.py OUT MODEL.onnx ...          writes OUT/MODEL.VARIANT.onnx for every variant
  onnx_variants.py --check OUT MODEL.onnx ...  the same, and lets onnx compare each with its model
  onnx_variants.py --same A B                  lets onnx compare the models in two folders
  onnx_variants.py --rich FILE                 makes a small model with a record of every kind
  onnx_variants.py --external A B              moves all tensors of A, wherever they are, out of B

Files written by the official libraries are all in one canonical form; these are not:
  permuted   records of different fields in random order, in every message
  unknown    unknown fields of every wire type, a nested group among them, in every message
  chunked    packed numbers in several chunks, and elements of raw_data as typed numbers
  unpacked   packed numbers one by one, numbers that come one by one packed
  overlong   lengths written in more bytes than needed
  all        everything at once
Making variants needs the standard library only; the rest needs onnx==1.19.1.
"""
import os
import random
import struct
import sys

VARINT, FIXED64, BYTES, GROUP, END, FIXED32 = range(6)

# Fields that hold messages: message -> {field: message}.
ENTRY = "Entry"
MESSAGES = {
    "Model": {7: "Graph", 8: "OpsetId", 14: ENTRY, 20: "Training", 25: "Function", 26: "Device"},
    "OpsetId": {}, ENTRY: {}, "Device": {}, "Segment": {},
    "Graph": {1: "Node", 5: "Tensor", 11: "ValueInfo", 12: "ValueInfo", 13: "ValueInfo",
              14: "Annotation", 15: "Sparse", 16: ENTRY},
    "Node": {5: "Attribute", 9: ENTRY, 10: "NodeDevice"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 14: "Type", 15: "Type",
                  22: "Sparse", 23: "Sparse"},
    "Tensor": {3: "Segment", 13: ENTRY, 16: ENTRY},
    "Sparse": {1: "Tensor", 2: "Tensor"},
    "ValueInfo": {2: "Type", 4: ENTRY},
    "Type": {1: "TensorType", 4: "Wrap", 5: "MapType", 8: "TensorType", 9: "Wrap"},
    "TensorType": {2: "Shape"}, "Wrap": {1: "Type"}, "MapType": {2: "Type"},
    "Shape": {1: "Dim"}, "Dim": {},
    "Annotation": {2: ENTRY},
    "Training": {1: "Graph", 2: "Graph", 3: ENTRY, 4: ENTRY},
    "Function": {7: "Node", 9: "OpsetId", 11: "Attribute", 12: "ValueInfo", 14: ENTRY},
    "NodeDevice": {2: "Sharding"}, "Sharding": {3: "IntInts", 4: "ShardedDim"},
    "IntInts": {}, "ShardedDim": {2: "SimpleDim"}, "SimpleDim": {},
}
# Repeated numbers, packed or not: message -> {field: wire type of one}.
NUMBERS = {
    "Tensor": {1: VARINT, 4: FIXED32, 5: VARINT, 7: VARINT, 10: FIXED64, 11: VARINT},
    "Attribute": {7: FIXED32, 8: VARINT}, "Sparse": {3: VARINT},
    "Sharding": {2: VARINT}, "IntInts": {2: VARINT},
}


def varint(value, extra=0):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    for _ in range(extra):
        out[-1] |= 0x80
        out.append(0)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def records(data):
    """(field, wire type, body) of each record; the wheel's and our own models have no groups."""
    at, result = 0, []
    while at < len(data):
        tag, at = read_varint(data, at)
        field, wire = tag >> 3, tag & 7
        if wire == VARINT:
            end = read_varint(data, at)[1]
        elif wire == BYTES:
            length, at = read_varint(data, at)
            end = at + length
        else:
            end = at + {FIXED64: 8, FIXED32: 4}[wire]
        result.append((field, wire, data[at:end]))
        at = end
    return result


def elements(body, wire):
    if wire == FIXED32 or wire == FIXED64:
        size = 4 if wire == FIXED32 else 8
        return [body[i:i + size] for i in range(0, len(body), size)]
    result, at = [], 0
    while at < len(body):
        end = read_varint(body, at)[1]
        result.append(body[at:end])
        at = end
    return result


class Variant:
    def __init__(self, kinds, seed):
        self.kinds, self.random = kinds, random.Random(seed)

    def emit(self, field, wire, body):
        tag = varint(field << 3 | wire)
        if wire != BYTES:
            return tag + body
        extra = self.random.randrange(0, 3) if "overlong" in self.kinds else 0
        return tag + varint(len(body), extra) + body

    def message(self, kind, data):
        fields = records(data)
        if kind == "Tensor" and self.kinds & {"chunked", "unpacked"}:
            fields = self.typed(fields)
        out = []
        for field, wire, body in fields:
            number = NUMBERS.get(kind, {}).get(field)
            if number is not None and self.kinds & {"chunked", "unpacked"}:
                out += [(field, r) for r in self.numbers(field, wire, body, number)]
                continue
            inner = MESSAGES[kind].get(field) if wire == BYTES else None
            if inner:
                body = self.message(inner, body)
            out.append((field, self.emit(field, wire, body)))
        if "unknown" in self.kinds:
            out += self.unknown()
        if "permuted" in self.kinds:
            out = self.permute(out)
        return b"".join(record for _, record in out)

    def numbers(self, field, wire, body, number):
        parts = elements(body, number) if wire == BYTES else [body]
        if "unpacked" in self.kinds and ("chunked" not in self.kinds or self.random.random() < .5):
            if wire == BYTES:
                return [self.emit(field, number, part) for part in parts]
            return [self.emit(field, BYTES, body)]
        result = []
        while parts:
            count = self.random.randrange(1, max(2, len(parts)))
            result.append(self.emit(field, BYTES, b"".join(parts[:count])))
            parts = parts[count:]
        return result

    def typed(self, fields):
        """raw_data of plain 32- and 64-bit types as the typed field."""
        known = {f: body for f, _, body in fields}
        kind = read_varint(known[2], 0)[0] if 2 in known else 0
        target = {1: 4, 6: 5, 7: 7, 11: 10}.get(kind)
        if target is None or not known.get(9):
            return fields
        raw = known[9]
        if target in (4, 10):
            packed = raw
        else:
            code, size = ("<i", 4) if target == 5 else ("<q", 8)
            packed = b"".join(
                varint(v & 0xFFFFFFFFFFFFFFFF)
                for v, in struct.iter_unpack(code, raw[:len(raw) // size * size]))
        return [(target, BYTES, packed) if f == 9 else (f, w, b) for f, w, b in fields]

    def unknown(self):
        nested = varint(77 << 3 | GROUP) + varint(3 << 3) + varint(5) + varint(77 << 3 | END)
        group = varint(4003 << 3 | GROUP) + nested + varint(4003 << 3 | END)
        return [
            (4000, self.emit(4000, VARINT, varint(self.random.randrange(1 << 40)))),
            (4001, self.emit(4001, FIXED64, bytes(range(8)))),
            (4002, self.emit(4002, BYTES, b"carried along")),
            (4003, group),
            (4005, self.emit(4005, FIXED32, b"abcd")),
            (536870911, self.emit(536870911, BYTES, b"")),
        ]

    def permute(self, out):
        """Any order of the fields that keeps the order within each field."""
        order = [field for field, _ in out]
        self.random.shuffle(order)
        queues = {}
        for field, record in out:
            queues.setdefault(field, []).append(record)
        return [(field, queues[field].pop(0)) for field in order]


KINDS = {
    "permuted": {"permuted"}, "unknown": {"unknown"}, "chunked": {"chunked"},
    "unpacked": {"unpacked"}, "overlong": {"overlong"},
    "all": {"permuted", "unknown", "chunked", "unpacked", "overlong"},
}


def plain(message):
    """A parsed model with every tensor in one form and without unknown fields, for comparing."""
    import onnx
    from onnx import numpy_helper

    def clean(item):
        item.DiscardUnknownFields()
        if isinstance(item, onnx.TensorProto):
            if item.data_location != onnx.TensorProto.EXTERNAL:
                if item.data_type == onnx.TensorProto.STRING:
                    return
                array = numpy_helper.to_array(item)
                for field in ("float_data", "int32_data", "int64_data", "double_data",
                              "uint64_data", "raw_data"):
                    item.ClearField(field)
                item.raw_data = array.tobytes()
            return
        if isinstance(item, onnx.NodeProto):
            if item.domain == "ai.onnx" or not item.domain:
                item.ClearField("domain")
            for field in ("name", "overload"):
                if not getattr(item, field):
                    item.ClearField(field)
        for descriptor, value in item.ListFields():
            if descriptor.message_type is None:
                continue
            repeated = hasattr(value, "add")
            for child in value if repeated else [value]:
                clean(child)

    clean(message)
    return message


def same(a, b):
    import onnx
    one = plain(onnx.load(a, load_external_data=False))
    other = plain(onnx.load(b, load_external_data=False))
    return one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)


def make(folder, paths, check):
    os.makedirs(folder, exist_ok=True)
    failed = 0
    seen = {}
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        name = os.path.splitext(os.path.basename(path))[0]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f"-{seen[name]}"
        for variant, kinds in KINDS.items():
            target = os.path.join(folder, f"{name}.{variant}.onnx")
            with open(target, "wb") as file:
                file.write(Variant(kinds, f"{name} {variant}").message("Model", data))
            if check and not same(path, target):
                print(f"onnx reads {target} as another model", file=sys.stderr)
                failed += 1
    return failed


def compare(a, b):
    failed = 0
    for name in sorted(os.listdir(b)):
        if name.endswith(".onnx") and not same(os.path.join(a, name), os.path.join(b, name)):
            print(f"{name} differs", file=sys.stderr)
            failed += 1
    return failed


def rich(path):
    import numpy as np
    import onnx
    from onnx import TensorProto as T, helper as h, numpy_helper as nh

    r = np.random.default_rng(5)

    def arr(name, *shape):
        return nh.from_array((r.integers(-8, 9, shape) / 4).astype(np.float32), name)

    def body(name, weight):
        node = h.make_node("Conv", ["act", weight], [f"{name}_out"], name=f"{name}_conv",
                           doc_string="inside")
        graph = h.make_graph([node], name, [], [
            h.make_tensor_value_info(f"{name}_out", T.FLOAT, ["n", 2, 4, 4])], [arr(weight, 2, 4, 1, 1)],
            doc_string=f"body {name}")
        graph.value_info.append(h.make_tensor_value_info("inner_note", T.FLOAT, [1]))
        return graph

    typed = h.make_tensor("typed", T.FLOAT, [3], [1.5, -0.0, 3.0])
    typed.doc_string = "typed floats"
    half = h.make_tensor("half", T.FLOAT16, [4], [1.0, 0.5, -2.0, 0.25])
    int4 = h.make_tensor("nibbles", T.INT4, [5], [1, -2, 3, -4, 5])
    wide = h.make_tensor("wide", T.UINT64, [2], [1, 2**63])
    strings = h.make_tensor("strings", T.STRING, [3], [b"a", b"", b"long \x00 one"])
    w = arr("w", 4, 3, 1, 1)
    w.metadata_props.add(key="from", value="training")
    nodes = [
        h.make_node("Conv", ["x", "w", "b"], ["c"], name="conv", kernel_shape=[1, 1],
                    doc_string="first"),
        h.make_node("BatchNormalization", ["c", "gamma", "beta", "mean", "var"], ["act"],
                    name="bn", epsilon=1e-3),
        h.make_node("Constant", [], ["k"], value=arr("k_value", 2)),
        h.make_node("Constant", [], ["ks"], value_strings=["p", "q"]),
        h.make_node("Constant", [], ["kf"], value_floats=[0.5, -0.0]),
        h.make_node("Constant", [], ["kp"], sparse_value=h.make_sparse_tensor(
            arr("sv", 2), nh.from_array(np.array([1, 3], np.int64), ""), [5])),
        h.make_node("If", ["cond"], ["branch"], name="if", then_branch=body("then", "tw"),
                    else_branch=body("else", "ew")),
        h.make_node("Twice", ["branch"], ["y"], domain="local", name="call"),
        h.make_node("Optional", [], ["none"],
                    type=h.make_tensor_type_proto(T.FLOAT, ["n", 3, None])),
        h.make_node("Clip", ["y", "", "typed"], ["z"], name="omitted"),
    ]
    nodes[0].metadata_props.add(key="layer", value="stem")
    config = nodes[0].device_configurations.add(configuration_id="two", pipeline_stage=1)
    for name in ["x", "w", "c"]:
        spec = config.sharding_spec.add(tensor_name=name, device=[0, 1])
        spec.sharded_dim.add(axis=0).simple_sharding.add(dim_value=4, num_shards=2)
    graph = h.make_graph(
        nodes, "rich", [h.make_tensor_value_info("x", T.FLOAT, ["n", 3, 4, 4]),
                        h.make_tensor_value_info("cond", T.BOOL, [])],
        [h.make_tensor_value_info("z", T.FLOAT, ["n", 2, 4, 4], doc_string="out"),
         h.make_tensor_value_info("act", T.FLOAT, ["n", 4, 4, 4])],
        [w, arr("b", 4), arr("gamma", 4), arr("beta", 4), arr("mean", 4),
         nh.from_array(np.full(4, 2, np.float32), "var"), typed, half, int4, wide, strings],
        doc_string="everything", value_info=[
            h.make_tensor_value_info("c", T.FLOAT, ["n", 4, 4, 4], doc_string="before bn"),
            h.make_tensor_value_info("branch", T.FLOAT, None)],
        sparse_initializer=[h.make_sparse_tensor(
            arr("sparse", 3), nh.from_array(np.array([0, 4, 7], np.int64), "at"), [2, 4])])
    for name in ["c", "act"]:
        graph.quantization_annotation.add(tensor_name=name).quant_parameter_tensor_names.add(
            key="SCALE_TENSOR", value="typed")
    graph.metadata_props.add(key="graph", value="note")
    function = h.make_function(
        "local", "Twice", ["a"], ["r"],
        [h.make_node("Constant", [], ["two"], value=arr("two_value", 1)),
         h.make_node("Mul", ["a", "two"], ["r"], name="mul", doc_string="in a function")],
        [h.make_opsetid("", 21)])
    function.value_info.append(h.make_tensor_value_info("two", T.FLOAT, [1]))
    model = h.make_model(
        graph, opset_imports=[h.make_opsetid("", 21), h.make_opsetid("local", 1)],
        functions=[function], ir_version=11, producer_name="recipe", doc_string="rich")
    model.metadata_props.add(key="model", value="note")
    model.configuration.add(name="two", num_devices=2)
    training = model.training_info.add()
    training.algorithm.CopyFrom(h.make_graph(
        [h.make_node("Add", ["b", "mean"], ["b_next"])], "step", [],
        [h.make_tensor_value_info("b_next", T.FLOAT, [4])], [arr("rate", 1)]))
    training.update_binding.add(key="b", value="b_next")
    with open(path, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))
    return 0


def external(source, target):
    """Every tensor (but strings and nibbles) in one data file, those of bodies, functions, attributes, sparse
    tensors and training information among them."""
    import onnx

    data = bytearray()
    moved = 0

    def move(item):
        nonlocal moved
        if isinstance(item, onnx.TensorProto):
            if item.data_type in (onnx.TensorProto.STRING, onnx.TensorProto.INT4):
                return
            raw = item.raw_data
            if not raw:
                plain(item)
                raw = item.raw_data
            item.ClearField("raw_data")
            data.extend(bytes(-len(data) % 64))
            entries = [("location", os.path.basename(target) + ".data"),
                       ("offset", str(len(data))), ("length", str(len(raw)))]
            for key, value in entries:
                item.external_data.add(key=key, value=value)
            item.data_location = onnx.TensorProto.EXTERNAL
            data.extend(raw)
            moved += 1
            return
        for descriptor, value in item.ListFields():
            if descriptor.message_type is not None:
                for child in value if hasattr(value, "add") else [value]:
                    move(child)

    model = onnx.load(source)
    move(model)
    with open(target, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))
    with open(target + ".data", "wb") as file:
        file.write(data)
    print(f"{moved} tensors")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        sys.exit(64)
    if arguments[0] == "--same":
        sys.exit(compare(arguments[1], arguments[2]) > 0)
    if arguments[0] == "--external":
        sys.exit(external(arguments[1], arguments[2]))
    if arguments[0] == "--rich":
        sys.exit(rich(arguments[1]))
    checks = arguments[0] == "--check"
    arguments = arguments[checks:]
    sys.exit(make(arguments[0], arguments[1:], checks) > 0)
