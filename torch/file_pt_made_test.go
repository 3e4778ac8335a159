package torch_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
)

// entry is a part of a zip archive; method 0 stores it.
type entry struct {
	name, content string
	method        uint16
}

func archive(entries ...entry) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err == nil {
			_, err = w.Write([]byte(e.content))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// pt is a file of torch.save with this pickle, and one storage "0".
func pt(data string, storage string, more ...entry) []byte {
	return archive(append([]entry{{"a/data.pkl", data, 0}, {"a/data/0", storage, 0}}, more...)...)
}

// number is an int in a pickle.
func number(n int64) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func text(s string) string { return "U" + string(rune(len(s))) + s }

// persistent is a persistent id of a storage.
func persistent(kind, key string, numel int64) string {
	return "(" + text("storage") + "ctorch\n" + kind + "\n" + text(key) + text("cpu") + number(numel) + "tQ"
}

func numbers(ns ...int64) string {
	s := "("
	for _, n := range ns {
		s += number(n)
	}
	return s + "t"
}

// tensor is the pickle of a tensor in a storage of four floats.
func tensor(offset int64, sizes, strides string) string {
	return rebuilt(persistent("FloatStorage", "0", 4), offset, sizes, strides)
}

func rebuilt(storage string, offset int64, sizes, strides string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + sizes + strides + "\x89ccollections\nOrderedDict\n)RtR"
}

const sixteen = "0123456789abcdef"

// legacy is a file of the older format.
func legacy(data, keys, storages string) []byte {
	return []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.\x80\x02" + data + ".\x80\x02" + keys + "." + storages)
}

func counted(n uint64, elements string) string {
	return string(binary.LittleEndian.AppendUint64(nil, n)) + elements
}

// overlapping is an archive of which two entries have the same place.
func overlapping() []byte {
	b := archive(entry{"a/data.pkl", "N.", 0}, entry{"a/data/0", sixteen, 0}, entry{"a/data/1", sixteen, 0})
	// In the directory the third entry's local header is said to be where the second's is.
	first := bytes.Index(b, []byte("PK\x01\x02"))
	second := first + 4 + bytes.Index(b[first+4:], []byte("PK\x01\x02"))
	third := second + 4 + bytes.Index(b[second+4:], []byte("PK\x01\x02"))
	copy(b[third+42:third+46], b[second+42:second+46])
	return b
}

// patched has a field of the directory's entry of a storage set.
func patched(at int, value uint32) []byte {
	b := pt(tensor(0, numbers(4), numbers(1))+".", sixteen)
	first := bytes.Index(b, []byte("PK\x01\x02"))
	second := first + 4 + bytes.Index(b[first+4:], []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[second+at:], value)
	return b
}
