package main

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
)

// inEntries damages an entry of an archive whose name ends so, or sometimes another, and the checksums are right again. The
// code of programs stays as it is.
func inEntries(suffix string, damage func(r *rand.Rand, b []byte) []byte) func(r *rand.Rand, file []byte) []byte {
	return func(r *rand.Rand, file []byte) []byte {
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			panic(err) // it was made here
		}
		var fitting []int
		for i, f := range z.File {
			if strings.HasSuffix(f.Name, suffix) {
				fitting = append(fitting, i)
			}
		}
		chosen := fitting[r.IntN(len(fitting))]
		if r.IntN(16) == 0 {
			chosen = r.IntN(len(z.File))
		}
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i, f := range z.File {
			content := contentOf(f)
			if i == chosen && strings.HasSuffix(f.Name, suffix) {
				content = damage(r, content)
			} else if i == chosen && !strings.HasSuffix(f.Name, ".py") {
				content = damageBytes(r, content)
			}
			e, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
			if err == nil {
				_, err = e.Write(content)
			}
			if err != nil {
				panic(err)
			}
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		return out.Bytes()
	}
}

// entries are the contents of an archive, by the names without the folder.
func entries(file []byte) map[string][]byte {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		panic(err)
	}
	all := map[string][]byte{}
	for _, f := range z.File {
		_, name, _ := strings.Cut(f.Name, "/")
		all[name] = contentOf(f)
	}
	return all
}

func contentOf(f *zip.File) []byte {
	r, err := f.Open()
	if err != nil {
		panic(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return content
}
