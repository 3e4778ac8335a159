package torch_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

type badFile = struct {
	file    []byte
	message string
}

func badPT() map[string]badFile {
	good := tensor(0, numbers(2, 2), numbers(2, 1)) + "."
	whole := pt(good, sixteen)
	float := persistent("FloatStorage", "0", 4)
	loop := "]q\x00h\x00a."
	files := map[string]badFile{
		"empty":               {nil, "not written by torch.save"},
		"text":                {[]byte("hello, this is no such file"), "not written by torch.save"},
		"a zip cut":           {whole[:len(whole)-10], "zip"},
		"a zip cut early":     {whole[:40], "zip"},
		"a zip of nothing":    {archive(), "has no <folder>/data.pkl"},
		"a zip of others":     {archive(entry{"x/y.txt", "y", 0}), "has no <folder>/data.pkl"},
		"data.pkl alone":      {archive(entry{"data.pkl", "N.", 0}), "has no <folder>/data.pkl"},
		"two of data.pkl":     {archive(entry{"a/data.pkl", "N.", 0}, entry{"b/data.pkl", "N.", 0}), "expected one data.pkl"},
		"twice the same name": {archive(entry{"a/data.pkl", "N.", 0}, entry{"a/data.pkl", "N.", 0}), "two entries"},
		"TorchScript":         {archive(entry{"a/data.pkl", "N.", 0}, entry{"a/constants.pkl", "N.", 0}), "TorchScript"},
		"an odd byte order":   {pt(good, sixteen, entry{"a/byteorder", "middle", 0}), `the byte order is "middle"`},
		"a long byte order":   {pt(good, sixteen, entry{"a/byteorder", strings.Repeat("little", 9), 0}), "no more than 16"},
		"a bomb": {
			archive(entry{"a/data.pkl", "N.", 0}, entry{"a/data/0", strings.Repeat("\x00", 1<<20), zip.Deflate}),
			"as a zip bomb does",
		},
		"overlapping entries": {overlapping(), "overlap"},
		"a checksum":          {patched(16, 0x12345678), "its checksum is wrong"},
		"a size too large":    {patched(24, 1<<20), "two sizes"},
		"beyond the end": {bytes.Replace(patched(24, 1<<10),
			binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 16), 1<<10),
			binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 1<<10), 1<<10), 1), "beyond the end"},
		"a storage missing":   {archive(entry{"a/data.pkl", good, 0}), `the storage "0" is missing`},
		"a storage too short": {pt(good, sixteen[:15]), "has 15 bytes, but the pickle speaks of 4 elements of float32"},
		"a storage too long":  {pt(good, sixteen+"0"), "has 17 bytes"},
		"a negative storage":  {pt(rebuilt(persistent("FloatStorage", "0", -4), 0, numbers(0), numbers(1))+".", sixteen), "with -4 elements"},
		"a storage of 2^62": {
			pt(rebuilt(persistent("FloatStorage", "0", 1<<62), 0, numbers(1), numbers(1))+".", ""),
			"4611686018427387904 elements",
		},
		"two dtypes": {
			pt("("+good[:len(good)-1]+rebuilt(persistent("IntStorage", "0", 4), 0, numbers(1), numbers(1))+"t.", sixteen),
			"is both 4 elements of float32 and 4 of int32",
		},
		"a bool of 2": {
			pt(rebuilt(persistent("BoolStorage", "0", 2), 0, numbers(1), numbers(1))+".", "\x01\x02"),
			"element 1 is the byte 2",
		},
		"an unknown storage": {
			pt(rebuilt(persistent("QUInt4x2Storage", "0", 16), 0, numbers(1), numbers(1))+".", sixteen),
			"dtype is unknown here",
		},
		"a bare storage":    {pt(float+".", sixteen), "a storage without a tensor"},
		"a bare function":   {pt("ctorch._utils\n_rebuild_tensor_v2\n.", ""), "a function as a value"},
		"a bare type":       {pt("ctorch\nFloatStorage\n.", ""), "an object (pt.storageType) as a value"},
		"a persistent id":   {pt(text("0")+"Q.", ""), "a persistent id is a string"},
		"a module's id":     {pt("("+text("module")+"NNNNtQ.", ""), "value 2 of 5 of a storage is None"},
		"a short id":        {pt("("+text("storage")+"tQ.", ""), "a storage is made of 1 values; expected 5"},
		"offset beyond":     {pt(tensor(4, numbers(1), numbers(1))+".", sixteen), "does not lie within its storage"},
		"a negative offset": {pt(tensor(-1, numbers(1), numbers(1))+".", sixteen), "negative"},
		"an end beyond":     {pt(tensor(1, numbers(2, 2), numbers(2, 1))+".", sixteen), "does not lie within its storage"},
		"a stride beyond":   {pt(tensor(0, numbers(2), numbers(4))+".", sixteen), "does not lie within its storage"},
		"a negative stride": {pt(tensor(3, numbers(2), numbers(-1))+".", sixteen), "negative"},
		"a negative size":   {pt(tensor(0, numbers(-1), numbers(1))+".", sixteen), "negative"},
		"a huge shape":      {pt(tensor(0, numbers(1<<40, 1<<40), numbers(0, 0))+".", sixteen), "larger than any memory"},
		"a huge stride": {
			pt(tensor(0, numbers(3, 3), numbers(math.MaxInt64, math.MaxInt64))+".", sixteen),
			"does not lie within its storage",
		},
		"an overflow to 0": {pt(tensor(0, numbers(3), numbers(math.MaxInt64))+".", sixteen), "does not lie within its storage"},
		"an overflow of sums": {
			pt(tensor(2, numbers(2, 2, 2), numbers(math.MaxInt64, math.MaxInt64, 1))+".", sixteen),
			"does not lie within its storage",
		},
		"a huge empty shape":   {pt(tensor(0, numbers(0, 1<<40, 1<<40), numbers(1, 1, 1))+".", sixteen), "larger than any memory"},
		"more strides":         {pt(tensor(0, numbers(1), numbers(1, 1))+".", sixteen), "1 sizes and 2 strides"},
		"a hundred dimensions": {pt(tensor(0, numbers(make([]int64, 100)...), numbers(make([]int64, 100)...))+".", sixteen), "100 sizes"},
		"a size that is text":  {pt(tensor(0, "("+text("1")+"t", numbers(1))+".", sixteen), "value 3 of 6 of a tensor is a tuple"},
		"gradients of ints": {pt(strings.Replace(rebuilt(persistent("IntStorage", "0", 4), 0, numbers(1), numbers(1)), "\x89", "\x88", 1)+".",
			sixteen), "floating point"},
		"a parameter of text": {pt("ctorch._utils\n_rebuild_parameter\n("+text("x")+"\x88NtR.", ""), "value 1 of 3 of a parameter is a string"},
		"an unknown property": {pt(strings.Replace(good, "tR.", "}"+text("x")+"\x88stR.", 1), sixteen), "the property x"},
		"a Python object": {
			pt("c__main__\nNet\n)\x81.", ""),
			`"__main__.Net", which is not on the list of what it may name; nothing of it was run: the file holds a Python object`,
		},
		"os.system":            {pt("cposix\nsystem\n"+text("true")+"\x85R.", ""), `"posix.system"`},
		"a chain of calls":     {pt("ctorch._tensor\n_rebuild_from_type_v2\nq\x000ctorch\nTensor\nq\x010)"+strings.Repeat("q\x020(h\x00h\x01h\x02Nt", 1<<17)+"q\x020h\x00h\x02R.", ""), "of its own kind"},
		"attributes of text":   {pt("ctorch._tensor\n_rebuild_from_type_v2\n(c_codecs\nencode\nctorch\nTensor\n("+text("x")+text("latin1")+"tNtR.", ""), "expected a tensor, found bytes"},
		"attributes of a code": {pt("ctorch._tensor\n_rebuild_from_type_v2\n(NNNNtR.", ""), "value 1 of 4 of a tensor with attributes is None"},
		"a full OrderedDict":   {pt("ccollections\nOrderedDict\n]\x85R.", ""), "expected an empty one"},
		"a device of numbers":  {pt("ctorch\ndevice\nK\x01K\x02\x86R.", ""), "value 1 of 2 of a torch.device is an int"},
		"a device of lists":    {pt("ctorch\ndevice\n]\x85R.", ""), "value 1 of 1 of a torch.device is a list"},
		"a size of text":       {pt("ctorch\nSize\n"+text("x")+"\x85R.", ""), "value 1 of 1 of a torch.Size is a string"},
		"bytes of numbers":     {pt("c_codecs\nencode\nK\x01K\x02\x86R.", ""), "value 1 of 2 of a bytes value is an int"},
		"bytes that are wide":  {pt("c_codecs\nencode\nX\x03\x00\x00\x00\xe2\x82\xac"+text("latin1")+"\x86R.", ""), "expected latin1"},
		"half a complex":       {pt("c__builtin__\ncomplex\nK\x01\x85R.", ""), "not made of two floats"},
		"a broken item":        {pt("](N]("+float+"ee.", sixteen), "a storage without a tensor"},
		"negative of ints": {
			pt(strings.Replace(tensor(0, numbers(1), numbers(1)), ")RtR", ")R}"+text("neg")+"K\x01stR", 1)+".", sixteen),
			"the property neg",
		},
		"conj of floats": {
			pt(strings.Replace(tensor(0, numbers(1), numbers(1)), ")RtR", ")R}"+text("conj")+"\x88stR", 1)+".", sixteen),
			"omplex",
		},
		"an os.system inside": {pt("ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\n", ""), `"os.system"`},
		"a dtype of tomorrow": {pt("ctorch\nfloat4_e2m1fn_x2\n.", ""), "dtype is unknown here"},
		"NumPy":               {pt("cnumpy.core.multiarray\nscalar\n.", ""), "float()"},
		"a list in itself":    {pt(loop, ""), "a list contains itself"},
		"an odd device":       {pt("ctorch\ndevice\n"+text("abacus")+"\x85R.", ""), "expected cpu, cuda"},
		"too many tensors":    {pt("ctorch._utils\n_rebuild_tensor_v2\nq\x00("+float+number(0)+numbers(1)+numbers(1)+"\x89Ntq\x01"+strings.Repeat("h\x00h\x01R0", 1000)+"N.", sixteen), "more tensors than a file of this length describes"},

		"legacy cut":          {legacy("N", "]", "")[:14], "ends in the middle"},
		"legacy version":      {bytes.Replace(legacy("N", "]", ""), []byte("M\xe9\x03"), []byte("M\xea\x03"), 1), "the version 1001"},
		"legacy without keys": {legacy(good[:len(good)-1], "]", ""), "expected the keys of 1 storages"},
		"legacy other key":    {legacy(good[:len(good)-1], "]"+text("1")+"a", ""), "the storage \"1\" is unknown"},
		"legacy no elements":  {legacy(good[:len(good)-1], "]"+text("0")+"a", ""), "the file ends before it"},
		"legacy half":         {legacy(good[:len(good)-1], "]"+text("0")+"a", counted(4, sixteen[:15])), "ends within its elements"},
		"legacy other count": {
			legacy(good[:len(good)-1], "]"+text("0")+"a", counted(5, sixteen)),
			"it has 5 elements, but the pickle speaks of 4",
		},
		"legacy left over": {legacy(good[:len(good)-1], "]"+text("0")+"a", counted(4, sixteen+"x")), "1 bytes follow"},
		"legacy huge": {
			legacy(rebuilt(persistent("FloatStorage", "0", 1<<61), 0, numbers(1), numbers(1)), "]"+text("0")+"a", ""),
			"more than the",
		},
		"legacy, many large": {legacy("("+rebuilt(persistent("ByteStorage", "0", 200), 0, numbers(1),
			numbers(1))+rebuilt(persistent("ByteStorage", "1", 500), 0, numbers(1), numbers(1))+"t", "]", ""), "more than the"},
		"legacy loop": {legacy(loop[:len(loop)-1], "]", ""), "a list contains itself"},
		"legacy view": {legacy(rebuilt(strings.Replace(float, "tQ", "("+text("v")+number(0)+number(1)+"ttQ", 1), 0, numbers(1),
			numbers(1)), "]", ""), "before 0.4"},
	}
	maps.Copy(files, badRarePT())
	maps.Copy(files, badSparsePT())
	return files
}

func TestPTBadFiles(t *testing.T) {
	for name, c := range badPT() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.pt")
			require.NoError(t, os.WriteFile(path, c.file, 0o644))
			before := torch.LiveTensors()
			v, err := torch.Load(path)
			require.ErrorContains(t, err, c.message)
			require.ErrorContains(t, err, path)
			require.Nil(t, v)
			require.LessOrEqual(t, torch.LiveTensors(), before)
		})
	}
}

func TestPTOddButGoodFiles(t *testing.T) {
	for name, file := range map[string][]byte{
		"the plain one": pt(tensor(0, numbers(2, 2), numbers(2, 1))+".", sixteen),
		"folders in it": pt(tensor(0, numbers(2, 2), numbers(2, 1))+".", sixteen, entry{"a/", "", 0}),
		"compressed": archive(entry{"a/data.pkl", tensor(0, numbers(2, 2), numbers(2, 1)) + ".", zip.Deflate},
			entry{"a/data/0", sixteen, zip.Deflate}),
		"by an old call": pt("ctorch._utils\n_rebuild_tensor\n("+persistent("FloatStorage", "0", 4)+number(0)+numbers(2, 2)+numbers(2, 1)+"tR.",
			sixteen),
		"with attributes": pt("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n("+persistent("FloatStorage", "0", 4)+number(0)+numbers(2, 2)+numbers(2, 1)+"\x89Nt}tR.", sixteen),
		"big-endian":      pt(tensor(0, numbers(2, 2), numbers(2, 1))+".", "32107654ba98fedc", entry{"a/byteorder", "big", 0}),
		"older":           legacy(tensor(0, numbers(2, 2), numbers(2, 1)), "]"+text("0")+"a", counted(4, sixteen)),
		"older, of a GPU": legacy(strings.Replace(tensor(0, numbers(2, 2), numbers(2, 1)), "ctorch\nF", "ctorch.cuda\nF", 1), "]"+text("0")+"a",
			counted(4, sixteen)),
	} {
		v, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err, name)
		require.Equal(t, []byte(sixteen), v.(*torch.Tensor).Bytes(), name)
	}
	far := pt(tensor(1<<40, numbers(0), numbers(1))+".", sixteen)
	v, err := torch.ReadPT(bytes.NewReader(far), int64(len(far)))
	require.NoError(t, err)
	require.Equal(t, torch.Shape{0}, v.(*torch.Tensor).Shape())
	complexes := pt(rebuilt(persistent("ComplexFloatStorage", "0", 2), 0, numbers(2), numbers(1))+".", "32107654ba98fedc",
		entry{"a/byteorder", "big", 0})
	v, err = torch.ReadPT(bytes.NewReader(complexes), int64(len(complexes)))
	require.NoError(t, err)
	require.Equal(t, []byte(sixteen), v.(*torch.Tensor).Bytes(), "parts are turned round, not pairs")
}

// Files say of a lazily conjugated or negated view what it is, not its elements.
func TestPTLazyViews(t *testing.T) {
	z := torch.New([]complex64{1 + 2i, 3 - 4i})
	for _, c := range []struct {
		properties string
		want       []complex64
	}{
		{"}", []complex64{1 + 2i, 3 - 4i}},
		{"}" + text("conj") + "\x88s", []complex64{1 - 2i, 3 + 4i}},
		{"}" + text("neg") + "\x88s", []complex64{-1 - 2i, -3 + 4i}},
		{"}(" + text("neg") + "\x88" + text("conj") + "\x88u", []complex64{-1 + 2i, -3 - 4i}},
		{"}" + text("conj") + "\x89s", []complex64{1 + 2i, 3 - 4i}},
	} {
		data := strings.Replace(rebuilt(persistent("ComplexFloatStorage", "0", 2), 0, numbers(2), numbers(1)), ")RtR", ")R"+c.properties+"tR", 1)
		file := pt(data+".", string(z.Bytes()))
		v, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		require.Equal(t, c.want, torch.ToSlice[complex64](v.(*torch.Tensor)))
	}
}

func TestPTFilesThatCantBeRead(t *testing.T) {
	broken := errors.New("broken disk")
	for _, whole := range [][]byte{
		pt(tensor(0, numbers(2, 2), numbers(2, 1))+".", sixteen),
		legacy(tensor(0, numbers(2, 2), numbers(2, 1)), "]"+text("0")+"a", counted(4, sixteen)),
	} {
		before := torch.LiveTensors()
		for n := range whole {
			_, err := torch.ReadPT(failing{whole[:n], broken}, int64(len(whole)))
			require.Error(t, err, n)
		}
		require.LessOrEqual(t, torch.LiveTensors(), before)
	}
}

// Two dicts that stand for 2^100 paths are read, but have no list of all names.
func TestLoadTensorsOfSharedDicts(t *testing.T) {
	data := "}q\x00"
	for range 90 {
		data += "}(K\x01h\x00K\x02h\x00uq\x00"
	}
	path := filepath.Join(t.TempDir(), "shared.pt")
	file := archive(entry{"a/data.pkl", "(" + data + "th\x00\x86.", 0})
	require.NoError(t, os.WriteFile(path, file, 0o644))
	v, err := torch.Load(path)
	require.NoError(t, err)
	require.Len(t, v, 2)
	_, err = torch.LoadTensors(path)
	require.ErrorContains(t, err, "use Load")
}
