package torch_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
	"multitorch/torch"
	"multitorch/twin"
)

// quantized is the pickle of a quantised tensor in a storage of sixteen bytes.
func quantized(kind string, offset int64, sizes, strides, quantizer string) string {
	return "ctorch._utils\n_rebuild_qtensor\n(" + persistent(kind, "0",
		16) + number(offset) + sizes + strides + quantizer + "\x89ccollections\nOrderedDict\n)RtR"
}

const half = "G\x3f\xe0\x00\x00\x00\x00\x00\x00" // 0.5

func perTensor(offset int64, sizes, strides string) string {
	return quantized("QInt8Storage", offset, sizes, strides, "(ctorch\nper_tensor_affine\n"+half+number(3)+"t")
}

// perChannel has two scales and zero points, in a storage of another kind: no file
// has this, but it needs no other storage.
func perChannel(offset int64, sizes string, axis int64) string {
	scales := rebuilt(persistent("DoubleStorage", "1", 2), 0, numbers(2), numbers(1))
	zeroPoints := rebuilt(persistent("LongStorage", "2", 2), 0, numbers(2), numbers(1))
	return quantized("QUInt8Storage", offset, sizes, numbers(2, 1), "(ctorch\nper_channel_affine\n"+scales+zeroPoints+number(axis)+"t")
}

// untyped is the pickle of a tensor of a younger dtype.
func untyped(dtype string, offset int64, sizes, strides string) string {
	storage := strings.Replace(persistent("UntypedStorage", "0", 16), "ctorch\n", "ctorch.storage\n", 1)
	return "ctorch._utils\n_rebuild_tensor_v3\n(" + storage + number(offset) + sizes + strides + "\x89ccollections\nOrderedDict\n)Rctorch\n" + dtype + "\ntR"
}

// channels is a file with the storages that perChannel names.
func channels(data string) []byte {
	return pt(data, sixteen, entry{"a/data/1", sixteen, 0}, entry{"a/data/2", sixteen, 0})
}

func badRarePT() map[string]badFile {
	two := numbers(2, 2)
	oneByOne := numbers(2, 1)
	return map[string]badFile{
		"a scale missing": {
			pt(rebuilt(persistent("QInt8Storage", "0", 16), 0, numbers(1), numbers(1))+".", sixteen),
			"a tensor of qint8 has no scale",
		},
		"quantised floats": {
			pt(quantized("ByteStorage", 0, two, oneByOne, "(ctorch\nper_tensor_affine\n"+half+number(3)+"t")+".", sixteen),
			"lies in a storage of uint8",
		},
		"quantised by nothing": {pt(quantized("QInt8Storage", 0, two, oneByOne, ")")+".", sixteen), "a quantiser is made of 0 values"},
		"a scale of text": {pt(quantized("QInt8Storage", 0, two, oneByOne, "(ctorch\nper_tensor_affine\n"+text("x")+number(3)+"t")+".",
			sixteen), "value 2 of 3 of a quantiser is a string"},
		"an odd scheme": {pt(quantized("QInt8Storage", 0, two, oneByOne, "(ctorch\nper_channel_affine\n"+half+number(3)+"t")+".",
			sixteen), "with one scale is quantised as per_channel_affine"},
		"quantised beyond": {pt(perTensor(13, two, oneByOne)+".", sixteen), "does not lie within its storage"},
		"quantised, huge":  {pt(perTensor(0, numbers(1<<40, 1<<40), numbers(0, 0))+".", sixteen), "larger than any memory"},
		"a negative axis":  {channels(perChannel(0, two, -1) + "."), "along dimension -1"},
		"an axis beyond":   {channels(perChannel(0, two, 2) + "."), "along dimension 2"},
		"scales too few": {
			channels(perChannel(0, numbers(2, 3), 1) + "."),
			"there are scales [2] and zero points [2] for dimension 1 of sizes [2 3]",
		},
		"channels beyond": {channels(perChannel(13, two, 1) + "."), "does not lie within its storage"},
		"integral scales": {
			channels(strings.Replace(perChannel(0, two, 1), "DoubleStorage", "LongStorage", 1) + "."),
			"not float64 and int64",
		},
		"scales that repeat": {
			channels(strings.Replace(perChannel(0, two, 1), numbers(2)+numbers(1), numbers(2)+numbers(0), 1) + "."),
			"in a row",
		},
		"an odd channel scheme": {
			channels(strings.Replace(perChannel(0, two, 1), "per_channel_affine", "per_tensor_affine", 1) + "."),
			"with several scales is quantised as per_tensor_affine",
		},
		"untyped bools":     {pt(untyped("bool", 0, two, oneByOne)+".", sixteen), "a tensor of bool lies in a storage of uint8"},
		"untyped quantised": {pt(untyped("qint8", 0, two, oneByOne)+".", sixteen), "has no scale"},
		"untyped beyond": {
			pt(untyped("complex32", 1, two, oneByOne)+".", sixteen),
			"does not lie within its storage, which has 4 elements",
		},
		"untyped, not whole": {pt(strings.Replace(untyped("complex32", 0, numbers(4), numbers(1)), number(16), number(15), 1)+".",
			sixteen[:15]), "which has 3 elements"},
		"of another machine": {
			pt(untyped("complex32", 0, two, oneByOne)+".", sixteen, entry{"a/byteorder", "big", 0}),
			"the byte order of another machine",
		},
		"typed after all": {pt(strings.Replace(strings.Replace(untyped("complex32", 0, two, oneByOne), "torch.storage\nUntyped",
			"torch\nFloat", 1), number(16), number(4), 1)+".", sixteen), "a tensor of complex32 lies in a storage of float32"},
		"meta": {pt("ctorch._utils\n_rebuild_meta_tensor_no_storage\n.", ""), "which has no elements"},
		"a device's dtype": {pt("ctorch._utils\n_rebuild_device_tensor_from_cpu_tensor\n("+tensor(0, two,
			oneByOne)+"ctorch\nint64\n"+text("xla:0")+"\x89tR.", sixteen), "a tensor of float32 was int64"},
		"a Counter of a list": {pt("ccollections\nCounter\n]\x85R.", ""), "value 1 of 1 of a Counter is a list"},
	}
}

// ints are the integers in memory, row by row.
func ints(x *torch.Tensor) []int64 { return torch.ToSlice[int64](x.IntRepr().Long()) }

func TestPTQuantizedGoldenFile(t *testing.T) {
	v, err := torch.Load("testdata/quantized.pt")
	require.NoError(t, err)
	d := v.(*torch.Dict)
	x := torch.Arange(-6, 6, 1).Reshape(3, 4).Mul(0.25)
	for _, dtype := range []torch.DType{torch.QInt8, torch.QUInt8, torch.QInt32} {
		q := d.Get("torch." + dtype.String()).(*torch.Tensor)
		require.Equal(t, dtype, q.DType())
		require.Equal(t, torch.PerTensorAffine, q.QScheme())
		require.Equal(t, 0.1, q.QScale())
		require.Equal(t, 2, q.QZeroPoint())
		requireSame(t, torch.QuantizePerTensor(x, 0.1, 2, dtype), q)
	}
	whole := d.Get("torch.qint8").(*torch.Tensor)
	turned, row := d.Get("turned").(*torch.Tensor), d.Get("row").(*torch.Tensor)
	require.True(t, whole.SharesMemory(turned) && whole.SharesMemory(row))
	require.Equal(t, []int{1, 4}, turned.Strides())
	require.Equal(t, []int64{-3, 0, 2, 4}, ints(row))
	require.Equal(t, torch.Shape{0, 4}, d.Get("empty").(*torch.Tensor).Shape())

	q := d.Get("per_channel").(*torch.Tensor)
	require.Equal(t, torch.PerChannelAffine, q.QScheme())
	require.Equal(t, 1, q.QPerChannelAxis())
	require.Equal(t, float64(float32(0.4)), torch.ToSlice[float64](q.QPerChannelScales())[3])
	require.Equal(t, []int64{1, 2, 3, 4}, torch.ToSlice[int64](q.QPerChannelZeroPoints()))
	requireSame(t, torch.QuantizePerChannel(x, q.QPerChannelScales(), q.QPerChannelZeroPoints(), 1, torch.QUInt8), q)
	floats := d.Get("floats").(*torch.Tensor)
	require.Equal(t, torch.PerChannelAffineFloatQParams, floats.QScheme())
	require.Equal(t, float32(1)/7, torch.ToSlice[float32](floats.QPerChannelZeroPoints())[2])
	last := d.Get("last").(*torch.Tensor)
	require.Equal(t, []int{12, 1, 6, 3}, last.Strides())
	require.Equal(t, []int64{-2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1}, ints(last))

	require.Equal(t, []complex64{1 - 2i, 0.5i}, torch.ToSlice[complex64](d.Get("complex32").(*torch.Tensor).To(torch.Complex64)))
	require.Equal(t, torch.PerChannelAffine, d.Get("scheme"))
	require.Equal(t, []any{int64(30), int64(60)}, d.Get("counter").(*torch.Dict).Keys())
	require.True(t, d.Get("parameter").(*torch.Tensor).RequiresGrad())

	// Written and read once more it is the same, and so is the file.
	var first, second bytes.Buffer
	require.NoError(t, torch.WritePT(&first, v))
	again, err := torch.ReadPT(bytes.NewReader(first.Bytes()), int64(first.Len()))
	require.NoError(t, err)
	requireEqualValues(t, v, again)
	requireEqualValues(t, d.Get("per_channel").(*torch.Tensor).Dequantize(),
		again.(*torch.Dict).Get("per_channel").(*torch.Tensor).Dequantize())
	require.NoError(t, torch.WritePT(&second, again))
	require.Equal(t, first.Bytes(), second.Bytes())
}

// younger are the dtypes that libtorch 1.13 lacks, and the minor version of libtorch 2
// that brought each.
var younger = map[torch.DType]int{
	torch.Float8E5M2: 1, torch.Float8E4M3FN: 1, torch.Float8E5M2FNUZ: 2, torch.Float8E4M3FNUZ: 2, torch.Float8E8M0FNU: 7,
	torch.Uint16: 3, torch.Uint32: 3, torch.Uint64: 3,
}

func TestPTYoungerDTypes(t *testing.T) {
	v, err := torch.Load("testdata/rare.pt")
	if !version.AtLeast(torch.Version(), 2, 7) {
		require.ErrorContains(t, err, " or newer, but this is "+torch.Version())
		require.ErrorContains(t, err, "read testdata/rare.pt")
		return
	}
	require.NoError(t, err)
	d := v.(*torch.Dict)
	for dtype := range younger {
		x := d.Get(dtype.String()).(*torch.Tensor)
		require.Equal(t, dtype, x.DType())
		require.Equal(t, []float32{1, 2, 4}, torch.ToSlice[float32](x.Float()))
	}
	require.Equal(t, []int{1, 3}, d.Get("view").(*torch.Tensor).Strides())
	require.Equal(t, []int64{1, 4, 2, 5}, torch.ToSlice[int64](d.Get("view").(*torch.Tensor).Long()))
	var b bytes.Buffer
	require.NoError(t, torch.WritePT(&b, v))
	again, err := torch.ReadPT(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	requireEqualValues(t, v, again)
}

// Python's quantised tensors are Go's bit for bit, and print alike; and the other
// way round.
func TestPTQuantizedWithPython(t *testing.T) {
	dir := t.TempDir()
	x := torch.Randn(torch.Shape{2, 3, 4, 5})
	perTensor := torch.QuantizePerTensor(x, 0.05, 7, torch.QUInt8)
	perChannel := torch.QuantizePerChannel(x, torch.FromSlice([]float64{0.01, 1e-20, 30}), torch.New([]int{0, -5, 9}), 1, torch.QInt8)
	require.NoError(t, torch.Save(filepath.Join(dir, "go.pt"), map[string]any{
		"tensor": perTensor, "turned": perTensor.Transpose(0, 3), "channel": perChannel, "scheme": torch.PerChannelSymmetric,
		"floats": torch.QuantizePerChannel(x, torch.New([]float32{0.5, 0.25, 2}), torch.New([]float32{1, 0.5, 0}), 1, torch.QUInt8),
	}))
	got := twin.Run(t, `
		dir, = args
		import torch.nn.quantized as nnq
		newer = int(torch.__version__.split(".")[0]) >= 2
		go = torch.load(dir + "/go.pt", weights_only=True) if newer else torch.load(dir + "/go.pt")
		assert go["scheme"] == torch.per_channel_symmetric
		assert go["turned"].storage().data_ptr() == go["tensor"].storage().data_ptr() and go["turned"].stride() == (1, 20, 5, 60)
		assert go["channel"].q_per_channel_axis() == 1 and go["floats"].qscheme() == torch.per_channel_affine_float_qparams
		out["scale"], out["zero"] = go["tensor"].q_scale(), go["tensor"].q_zero_point()
		for name in "tensor", "turned", "channel", "floats":
			out[name], out[name + ".real"] = go[name].int_repr().contiguous(), go[name].dequantize().contiguous()
		x = torch.randn(3, 4)
		layer = nnq.Linear(4, 2)
		values = dict(tensor=torch.quantize_per_tensor(x, 0.3, -1, torch.qint32), tiny=torch.quantize_per_tensor(x * 1e-9, 1e-10, 0, torch.qint8),
			channel=torch.quantize_per_channel(x, torch.tensor([1., 0.5, 0.25]).double(), torch.tensor([1, 2, 3]), 0, torch.quint8),
			large=torch.quantize_per_tensor(torch.arange(3000.), 20., 0, torch.quint8), whole=torch.quantize_per_tensor(x[0, 0], 3., 1, torch.quint8),
			none=torch.quantize_per_tensor(x[:0], 1e22, 1, torch.quint8))
		torch.save(dict(values, state=layer.state_dict()), dir + "/python.pt")
		for name, q in values.items():
			out["python." + name] = q.int_repr()
			out["text." + name] = torch.tensor(list(str(q).encode()), dtype=torch.uint8)
	`, nil, dir)
	require.Equal(t, 0.05, got["scale"].Item())
	require.Equal(t, 7.0, got["zero"].Item())
	for name, want := range map[string]*torch.Tensor{"tensor": perTensor, "turned": perTensor.Transpose(0, 3), "channel": perChannel} {
		twin.RequireEqual(t, want.IntRepr(), got[name], name)
		twin.RequireEqual(t, want.Dequantize(), got[name+".real"], name)
	}
	v, err := torch.Load(filepath.Join(dir, "python.pt"))
	require.NoError(t, err)
	for _, name := range []string{"tensor", "tiny", "channel", "large", "whole", "none"} {
		q := v.(*torch.Dict).Get(name).(*torch.Tensor)
		twin.RequireEqual(t, got["python."+name], q.IntRepr(), name)
		require.Equal(t, string(got["text."+name].Bytes()), q.String(), name)
	}
	state, err := v.(*torch.Dict).Dict("state")
	require.NoError(t, err)
	packed := state.Get("_packed_params._packed_params").(torch.Tuple)
	require.Equal(t, torch.QInt8, packed[0].(*torch.Tensor).DType())
	require.Equal(t, torch.QInt8, state.Get("_packed_params.dtype"))
}

func TestElementTypesThatLibtorchLacks(t *testing.T) {
	for _, dtype := range append(slices.Collect(maps.Keys(younger)), torch.DType(99), torch.DType(-1)) {
		since, known := younger[dtype]
		err := torch.Try(func() error { torch.Zeros(torch.Shape{2}, dtype); return nil })
		if known && version.AtLeast(torch.Version(), 2, since) {
			require.NoError(t, err)
			continue
		}
		want := map[bool]string{true: " or newer, but this is " + torch.Version(), false: "is unknown here"}[known]
		require.ErrorContains(t, err, want)
		for _, makeOne := range []func(){
			func() { torch.FromBytes(make([]byte, dtype.Size()), torch.Shape{1}, dtype) },
			func() { torch.Ones(torch.Shape{1}).To(dtype) },
		} {
			require.ErrorContains(t, torch.Try(func() error { makeOne(); return nil }), want)
		}
	}
	require.ErrorContains(t, torch.Try(func() error { torch.FromBytes([]byte{1}, torch.Shape{1}, torch.QInt8); return nil }),
		"QuantizePerTensor")
}

func TestSafetensorsYoungerDTypes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "young.safetensors")
	header := `{"e":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[8,10]},"u":{"dtype":"U32","shape":[2],"data_offsets":[0,8]}}`
	require.NoError(t, os.WriteFile(path, file(header, 1, 0, 0, 0, 255, 255, 255, 255, 0x38, 0x40), 0o644))
	f := opened(t, path)
	info, err := f.Info("e")
	require.NoError(t, err)
	require.Equal(t, torch.TensorInfo{Name: "e", DType: torch.Float8E4M3FN, Shape: torch.Shape{2}}, info)
	tensors, err := f.Tensors()
	if !version.AtLeast(torch.Version(), 2, 3) {
		require.ErrorContains(t, err, "read "+path+`: tensor "u": elements of type uint32 need libtorch 2.3 or newer`)
		return
	}
	require.NoError(t, err)
	require.Equal(t, "tensor([         1, 4294967295], dtype=torch.uint32)", tensors[0].Tensor.String())
	require.Equal(t, "tensor([1., 2.], dtype=torch.float8_e4m3fn)", tensors[1].Tensor.String())
}
